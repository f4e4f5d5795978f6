"""The live page: everything for a new viewer, and changes as they happen."""

from datetime import datetime

import msgspec

from soundpost_web.history.event import Event
from soundpost_web.nodes.latest_events import MOST_EVENTS
from soundpost_web.nodes.node import NodeState
from soundpost_web.nodes.reports import NodeResult
from soundpost_web.nodes.state import Changes, LiveState
from soundpost_web.pages.event_view import EventView, view_event
from soundpost_web.pages.node_view import NodeView, view_node
from soundpost_web.pages.render import Renderer
from soundpost_web.settings.zones import Zones, to_ms

_MINUTES, _SECONDS = "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"
MOST_SHOWN = 100
"""Nodes on the page; a garden or a site has fewer."""


class LivePage:
    """Renders the live page and its parts.

    Args:
        state: The state of the nodes.
        renderer: The templates.
        zones: The zones of nodes.
    """

    def __init__(self, state: LiveState, renderer: Renderer, zones: Zones) -> None:
        self._state = state
        self._renderer = renderer
        self._zones = zones

    def values(self) -> dict[str, object]:
        """Returns what the template of the page takes."""
        nodes = self._state.nodes
        return {
            "nodes": self._view_nodes(nodes[:MOST_SHOWN]),
            "more_nodes": max(0, len(nodes) - MOST_SHOWN),
            "events": self._view_events(self._state.events),
            "most_events": MOST_EVENTS,
            "broker": self._state.broker,
            "fault": self._state.fault,
        }

    def node(self, name: str) -> NodeView | None:
        """Returns what is shown of a node; None for an unknown one."""
        node = self._state.node(name)
        return None if node is None else self._view_nodes([node])[0]

    def muted(self, view: NodeView) -> list[str]:
        """Returns the muted labels of a node, each with the end of its mute in its zone."""
        settings, text = view.node.settings, self._renderer.text
        if settings is None:
            return []
        ends = {
            label: _local_time(time, view.node.name, self._zones)
            for label, time in settings.muted.items()
        }
        return [text("node.muted_until", label=label, time=time) for label, time in ends.items()]

    def results(self, view: NodeView) -> list[tuple[NodeResult, str]]:
        """Returns the results of commands, the latest first, each with its time in the zone."""
        name = view.node.name
        return [
            (result, _local_time(result.at, name, self._zones, _SECONDS))
            for result in view.node.results
        ]

    def render_all(self) -> bytes:
        """Returns the whole state, for a new viewer."""
        return self._encode(self._state.nodes, self._state.events[::-1], is_all=True)

    def render(self, changes: Changes) -> bytes:
        """Returns changes; nodes whose events began or ended are among them."""
        names = {node.name for node in changes.nodes}
        named = {event.node for event in changes.events} - names
        also = [node for node in self._state.nodes if node.name in named] if named else []
        return self._encode([*changes.nodes, *also], changes.events, has_banner=changes.has_broker)

    def _encode(
        self,
        nodes: list[NodeState],
        events: list[Event],
        *,
        is_all: bool = False,
        has_banner: bool = False,
    ) -> bytes:
        shown = {node.name for node in self._state.nodes[:MOST_SHOWN]}
        banner = None
        if is_all or has_banner:
            broker, fault = self._state.broker, self._state.fault
            banner = self._renderer.render("banner.html", broker=broker, fault=fault)
        views = self._view_nodes([node for node in nodes if node.name in shown])
        return msgspec.json.encode(
            {
                "all": is_all,
                "nodes": [
                    self._renderer.render("node.html", view=view, zone=self._zones.page.key)
                    for view in views
                ],
                "events": [
                    self._renderer.render("event.html", view=view)
                    for view in self._view_events(events)
                ],
                "banner": banner,
            }
        )

    def _view_nodes(self, nodes: list[NodeState]) -> list[NodeView]:
        running: dict[str, list[str]] = {}
        keys = self._state.running
        for event in self._state.events:
            if (event.node, event.id) in keys:
                running.setdefault(event.node, []).append(event.shown)
        now_seconds = self._state.now_seconds
        return [
            view_node(
                node,
                running.get(node.name, []),
                self._zones,
                self._renderer.text,
                now_seconds,
            )
            for node in nodes
        ]

    def _view_events(self, events: list[Event]) -> list[EventView]:
        running = self._state.running
        return [view_event(event, self._zones, self._renderer.text, running) for event in events]


def _local_time(text: str, node: str, zones: Zones, form: str = _MINUTES) -> str:
    """Returns a time of a message in the zone of the node; as it is if it is no time."""
    try:
        time = datetime.fromisoformat(text)
        return zones.local(node, to_ms(time)).strftime(form)
    except (TypeError, ValueError):  # without a zone, or no time at all
        return text
