"""The latest events of all nodes: their states, and which of them last."""

from collections import OrderedDict
from collections.abc import Iterable

from soundpost_web.history.event import Event
from soundpost_web.history.message import EventMessage

MOST_EVENTS = 60
"""Events that the live page shows, the latest ones."""

EventKey = tuple[str, str]
"""A node and the id of an event."""


class LatestEvents:
    """A bounded number of events in the order of their first messages; for one thread at a time.

    A node without an outbox file forgets its open events when it crashes. Such an event is over
    when the node starts again, or begins another event of the label.
    """

    def __init__(self) -> None:
        self._events: OrderedDict[EventKey, Event] = OrderedDict()
        self._left_open: set[EventKey] = set()
        self._changed: dict[EventKey, None] = {}

    def load(self, events: Iterable[Event]) -> None:
        """Takes events of the history at the start, the latest first."""
        for event in list(events)[:MOST_EVENTS][::-1]:
            self._events[event.node, event.id] = event

    def update(self, message: EventMessage) -> bool:
        """Takes a message; returns False for one that came before, or too late."""
        key = message.node, message.id
        event = self._events.get(key)
        if event is not None and (not event.is_open or message.rank <= event.rank):
            return False
        if event is None:
            self.leave_open(message.node, message.label)
        self._events[key] = Event.of(message)
        self._changed[key] = None
        while len(self._events) > MOST_EVENTS:
            oldest, _ = self._events.popitem(last=False)
            self._changed.pop(oldest, None)
            self._left_open.discard(oldest)
        return True

    def leave_open(self, node: str, label: str | None = None) -> None:
        """Takes that a node has forgotten its open events, or those of a label."""
        for key, event in self._events.items():
            if event.node == node and event.is_open and label in (None, event.label):
                self._left_open.add(key)
                self._changed[key] = None

    def touch_open(self, node: str) -> None:
        """Marks the open events of a node as changed: whether they last depends on its status."""
        for key, event in self._events.items():
            if event.node == node and event.is_open:
                self._changed[key] = None

    def running(self, online: set[str]) -> set[EventKey]:
        """Returns the events that last.

        Args:
            online: The nodes that are online.
        """
        return {
            key
            for key, event in self._events.items()
            if event.is_open and event.node in online and key not in self._left_open
        }

    def take_changed(self) -> list[Event]:
        """Returns the events that have changed since the last call, in their order."""
        changed = [event for key, event in self._events.items() if key in self._changed]
        self._changed.clear()
        return changed

    @property
    def newest_first(self) -> list[Event]:
        """All events, the latest first."""
        return list(self._events.values())[::-1]
