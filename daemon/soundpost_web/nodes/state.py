"""What the broker shows now: nodes, their latest events, and the changes that viewers lack."""

import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from soundpost_web.history.event import Event
from soundpost_web.history.message import EventMessage
from soundpost_web.nodes.node import NodeState

MOST_NODES = 500
"""A broker that names more is not that of a user; a node takes some 2 kB."""
MOST_EVENTS = 60
"""Events that the live page shows, the latest ones."""


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


@dataclass(slots=True)
class Traffic:
    """Counts since the start of the page.

    Attributes:
        messages: Messages received.
        repeated: Events received again in a state that they had.
        lost: Messages that the disk refused, and memory had no space for.
    """

    messages: int = 0
    repeated: int = 0
    lost: int = 0


class LiveState:
    """The state that the subscriber's thread writes and the page reads; every method takes a lock.

    Its memory is bounded: only the latest value of each node and event counts, so changes that are
    not taken in time cost nothing but their number.

    Args:
        monotonic_seconds: The clock.

    Attributes:
        on_change: Called, without the lock, when there is something to take; from any thread.
    """

    def __init__(self, *, monotonic_seconds: Callable[[], float] = time.monotonic) -> None:
        self._monotonic_seconds = monotonic_seconds
        self._lock = threading.Lock()
        self._nodes: dict[str, NodeState] = {}
        self._events: OrderedDict[tuple[str, str], Event] = OrderedDict()
        self._changed_nodes: dict[str, None] = {}
        self._changed_events: dict[tuple[str, str], None] = {}
        self._has_broker_changed = False
        self._broker = BrokerState()
        self._rejected: Counter[str] = Counter()
        self._traffic = Traffic()
        self._fault = ""
        self.on_change: Callable[[], None] = _ignore

    def load(self, events: Iterable[Event]) -> None:
        """Takes events of the history at the start, the latest first."""
        with self._lock:
            for event in list(events)[:MOST_EVENTS][::-1]:
                self._events[event.node, event.id] = event

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
            was_online = node.is_online
            change(node, self._monotonic_seconds())
            self._changed_nodes[name] = None
            if node.is_online != was_online:
                self._touch_open_events(name)
        self.on_change()
        return True

    def find_silent_nodes(self) -> None:
        """Marks nodes as changed that have fallen silent, or report again."""
        now_seconds = self._monotonic_seconds()
        with self._lock:
            for name, node in self._nodes.items():
                is_silent = node.is_silent(now_seconds)
                if is_silent != node.was_silent:
                    node.was_silent = is_silent
                    self._changed_nodes[name] = None

    def remove_status(self, name: str) -> None:
        """Takes the removal of a status: the node is gone unless it reports again."""
        if name in self._nodes:
            self.update_node(name, lambda node, _: setattr(node, "is_online", None))

    def forget_statuses(self) -> None:
        """Takes a new connection: a status that the broker does not send again has expired."""
        for node in self.nodes:
            self.remove_status(node.name)

    def update_event(self, message: EventMessage) -> None:
        """Takes a message of an event; one that came before, or too late, changes nothing."""
        key = message.node, message.id
        with self._lock:
            event = self._events.get(key)
            if event is not None and (not event.is_open or message.rank <= event.rank):
                self._traffic.repeated += 1
                return
            self._events[key] = Event.of(message)
            self._changed_events[key] = None
            while len(self._events) > MOST_EVENTS:
                oldest, _ = self._events.popitem(last=False)
                self._changed_events.pop(oldest, None)
        self.on_change()

    def set_broker(self, broker: BrokerState) -> None:
        """Takes the state of the connection."""
        with self._lock:
            self._has_broker_changed |= broker != self._broker
            self._broker = broker
        self.on_change()

    def set_fault(self, fault: str) -> None:
        """Takes a fault of the history; empty if there is none."""
        with self._lock:
            if fault == self._fault:
                return
            self._fault, self._has_broker_changed = fault, True
        self.on_change()

    def count_message(self) -> None:
        """Counts a received message."""
        with self._lock:
            self._traffic.messages += 1

    def count_lost(self, count: int) -> None:
        """Counts messages that the history will not have."""
        with self._lock:
            self._traffic.lost += count

    def reject(self, reason: str) -> None:
        """Counts a message that was refused, by one of a few reasons."""
        with self._lock:
            self._rejected[reason] += 1

    def take_changes(self) -> Changes:
        """Returns the changes since the last call."""
        with self._lock:
            nodes = [replace(self._nodes[name]) for name in sorted(self._changed_nodes)]
            events = [event for key, event in self._events.items() if key in self._changed_events]
            changes = Changes(nodes, events, self._has_broker_changed)
            self._changed_nodes.clear()
            self._changed_events.clear()
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
            return list(self._events.values())[::-1]

    @property
    def broker(self) -> BrokerState:
        """The connection to the broker."""
        return self._broker

    @property
    def fault(self) -> str:
        """The fault of the history; empty if there is none."""
        return self._fault

    @property
    def traffic(self) -> Traffic:
        """The counts so far."""
        with self._lock:
            return replace(self._traffic)

    @property
    def rejected(self) -> dict[str, int]:
        """The number of refused messages by their reason."""
        with self._lock:
            return dict(self._rejected)

    def _touch_open_events(self, name: str) -> None:
        """Marks the open events of a node as changed: whether they run depends on its status."""
        for key, event in self._events.items():
            if event.node == name and event.is_open:
                self._changed_events[key] = None


def _ignore() -> None:
    """Does nothing: there is no viewer yet."""
