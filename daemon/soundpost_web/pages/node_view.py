"""A node in the words in which it is shown."""

from datetime import datetime
from typing import NamedTuple

from soundpost_web.nodes.node import NodeState
from soundpost_web.pages.catalogue import Catalogue
from soundpost_web.pages.event_view import anchor, length, signed
from soundpost_web.settings.zones import Zones, to_ms

_BYTES_PER_MB = 1_000_000
_LOWEST_DBFS = -90.0
"""The left end of the level meter: the noise of a quiet room with a good microphone."""


class NodeView(NamedTuple):
    """A node as a template shows it; texts are not escaped yet.

    Attributes:
        anchor: The id of its element.
        node: Its state.
        status: `online`, `silent`, `offline` or `unknown`.
        status_text: The status in words.
        problems: Its problems in words.
        running: The sounds that run at it.
        has_live_view: True if it sends its live view on request.
        level: Its level in words; None without one.
        level_share: Its level as a share of the meter.
        reported: The time of its last report by its own clock, in its zone.
        zone: Its zone.
        facts: Names and values of its health, in words.
    """

    anchor: str
    node: NodeState
    status: str
    status_text: str
    problems: list[str]
    running: list[str]
    has_live_view: bool
    level: str | None
    level_share: float
    reported: str
    zone: str
    facts: list[tuple[str, str]]


def view_node(
    node: NodeState, running: list[str], zones: Zones, text: Catalogue, now_seconds: float
) -> NodeView:
    """Returns what is shown of a node.

    Args:
        node: Its state.
        running: The sounds that run at it.
        zones: The zones of nodes.
        text: The texts.
        now_seconds: The monotonic time.
    """
    status = _status(node, now_seconds)
    level_dbfs = node.level_now(now_seconds)
    problems = node.health.problems if node.health else []
    return NodeView(
        anchor=anchor("node", node.name),
        node=node,
        status=status,
        status_text=text(f"node.{status}"),
        problems=[text.get(f"problem.{problem}", problem) for problem in problems],
        running=running,
        has_live_view=node.settings is not None and node.settings.live_view,
        level=None if level_dbfs is None else text("node.level_value", level=signed(level_dbfs)),
        level_share=_share(level_dbfs),
        reported=_reported(node, zones),
        zone=zones.of(node.name).key,
        facts=_facts(node, text),
    )


def _status(node: NodeState, now_seconds: float) -> str:
    if node.is_online is None:
        return "unknown"
    if not node.is_online:
        return "offline"
    return "silent" if node.is_silent(now_seconds) else "online"


def _share(level_dbfs: float | None) -> float:
    if level_dbfs is None:
        return 0.0
    return min(1.0, max(0.0, 1.0 - level_dbfs / _LOWEST_DBFS))


def _reported(node: NodeState, zones: Zones) -> str:
    if node.health is None:
        return ""
    try:
        time = datetime.fromisoformat(node.health.time)
    except ValueError:
        return ""
    if time.tzinfo is None:
        return ""
    return zones.local(node.name, to_ms(time)).strftime("%Y-%m-%d %H:%M:%S")


def _facts(node: NodeState, text: Catalogue) -> list[tuple[str, str]]:
    health = node.health
    if health is None:
        return []
    counters = health.counters
    models = ", ".join(f"{model.id} {model.version}".strip() for model in health.all_models)
    load = text(
        "node.load_value",
        cpu=f"{health.cpu_percent:.0f}",
        memory=f"{health.rss_bytes / _BYTES_PER_MB:.0f}",
    )
    values: dict[str, object] = {
        "version": health.version,
        "models": models,
        "heard": length(health.heard_seconds, text),
        "load": load,
        "waiting": counters.messages_waiting,
        "dropped": counters.messages_dropped,
        "samples_lost": counters.dropped_samples,
        "events_muted": counters.events_muted,
        "clips": counters.clips_kept,
    }
    return [(text(f"node.{name}"), str(value)) for name, value in values.items()]
