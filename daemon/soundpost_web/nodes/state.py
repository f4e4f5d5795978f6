"""The present state of nodes and their latest events, and the changes that viewers lack."""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from soundpost_web.history.event import Event
from soundpost_web.history.message import EventMessage
from soundpost_web.nodes.counts import Counts
from soundpost_web.nodes.latest_events import EventKey, LatestEvents
from soundpost_web.nodes.node import NodeState

if TYPE_CHECKING:
    from soundpost_web.nodes.live_view import NodeLiveView

MOST_NODES = 500
"""A broker that names more is not that of a user; a node takes some 2 kB."""


class BrokerState(NamedTuple):
    """The connection to the broker.

    Attributes:
        is_connected: True while it is connected.
        failure: The reason for which it is not, with a hint; empty if there is none.
    """

    is_connected: bool = False
    failure: str = ""


class Changes(NamedTuple):
    """The changes since they were last taken, each with its latest value.

    Attributes:
        nodes: Nodes, by name.
        events: Events, in the order of their first message.
        has_broker: True if the connection to the broker, or a fault, has changed.
    """

    nodes: list[NodeState]
    events: list[Event]
    has_broker: bool


class LiveState:
    """The state that the subscriber writes and the page reads; every method takes a lock.

    Its memory is bounded: only the latest value of each node and event counts, so changes that are
    not taken in time cost nothing but their number.

    Args:
        monotonic_seconds: The clock.

    Attributes:
        counts: The counts of messages.
        on_change: Called, without the lock, when there is something to take; from any thread.
        on_live_view: Called with a node and its live view, from the subscriber's thread.
    """

    def __init__(self, *, monotonic_seconds: Callable[[], float] = time.monotonic) -> None:
        self._monotonic_seconds = monotonic_seconds
        self._lock = threading.Lock()
        self._nodes: dict[str, NodeState] = {}
        self._events = LatestEvents()
        self._changed_nodes: set[str] = set()
        self._has_broker_changed = False
        self._broker = BrokerState()
        self._fault = ""
        self.counts = Counts()
        self.on_change: Callable[[], None] = _ignore
        self.on_live_view: Callable[[str, NodeLiveView], None] = lambda _node, _view: None

    def load(self, events: Iterable[Event]) -> None:
        """Takes events of the history at the start, the latest first."""
        with self._lock:
            self._events.load(events)

    def update_node(self, name: str, change: Callable[[NodeState, float], None]) -> bool:
        """Changes the state of a node; returns False if there are too many nodes.

        Args:
            name: The node.
            change: Called with the state and the monotonic time.
        """
        with self._lock:
            node = self._nodes.get(name)
            if node is None:
                if len(self._nodes) >= MOST_NODES:
                    return False
                node = self._nodes[name] = NodeState(name)
            was_online, run_id = node.is_online, node.run_id
            change(node, self._monotonic_seconds())
            self._changed_nodes.add(name)
            if node.is_online != was_online:
                self._events.touch_open(name)
            if run_id is not None and node.run_id != run_id:
                self._events.leave_open(name)
        self.on_change()
        return True

    def find_silent_nodes(self) -> None:
        """Marks nodes as changed that have fallen silent, or report again."""
        with self._lock:
            for name, node in self._nodes.items():
                is_silent = node.is_silent(self._monotonic_seconds())
                if is_silent != node.was_silent:
                    node.was_silent = is_silent
                    self._changed_nodes.add(name)

    def remove_status(self, name: str) -> None:
        """Takes the removal of a status: the node is gone unless it reports again."""
        if self.node(name) is not None:
            self.update_node(name, lambda node, _: setattr(node, "is_online", None))

    def forget_statuses(self) -> None:
        """Takes a new connection: a status that the broker does not send again has expired."""
        for node in self.nodes:
            self.remove_status(node.name)

    def update_event(self, message: EventMessage) -> None:
        """Takes a message of an event; one that came before changes nothing."""
        with self._lock:
            is_new = self._events.update(message)
        if is_new:
            self.on_change()
        else:
            self.counts.add_repeated()

    def set_broker(self, broker: BrokerState) -> None:
        """Takes the state of the connection."""
        with self._lock:
            self._has_broker_changed |= broker != self._broker
            self._broker = broker
        self.on_change()

    def set_fault(self, fault: str) -> None:
        """Takes a fault of the history; empty if there is none."""
        with self._lock:
            self._has_broker_changed |= fault != self._fault
            self._fault = fault
        self.on_change()

    def take_changes(self) -> Changes:
        """Returns the changes since the last call."""
        with self._lock:
            nodes = [replace(self._nodes[name]) for name in sorted(self._changed_nodes)]
            changes = Changes(nodes, self._events.take_changed(), self._has_broker_changed)
            self._changed_nodes.clear()
            self._has_broker_changed = False
        return changes

    @property
    def now_seconds(self) -> float:
        """The monotonic time by which nodes are silent."""
        return self._monotonic_seconds()

    @property
    def nodes(self) -> list[NodeState]:
        """Copies of the states of all nodes, by name."""
        with self._lock:
            return [replace(self._nodes[name]) for name in sorted(self._nodes)]

    def node(self, name: str) -> NodeState | None:
        """Returns a copy of the state of a node; None for an unknown one."""
        with self._lock:
            node = self._nodes.get(name)
            return None if node is None else replace(node)

    @property
    def events(self) -> list[Event]:
        """The latest events of all nodes, the latest first."""
        with self._lock:
            return self._events.newest_first

    @property
    def running(self) -> set[EventKey]:
        """The events that last."""
        with self._lock:
            online = {name for name, node in self._nodes.items() if node.is_online}
            return self._events.running(online)

    @property
    def broker(self) -> BrokerState:
        """The connection to the broker."""
        return self._broker

    @property
    def fault(self) -> str:
        """The fault of the history; empty if there is none."""
        return self._fault


def _ignore() -> None:
    """Does nothing: there is no viewer yet."""
