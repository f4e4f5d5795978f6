"""The state of the outbox, which three threads share under one lock."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from soundpost.health import Health
from soundpost.publish.outbox.open_events import LeftOpenEvent, OpenEvents
from soundpost.publish.outbox.record import OutboxRecord
from soundpost.publish.outbox.send_queue import SendQueue

READ_AHEAD = 50
"""More messages are read from the file when fewer than this wait in memory: more than may be in
flight, so that the client never waits for the disk."""


@dataclass(slots=True, eq=False)
class OutboxState:
    """Everything the outbox holds. Its methods require the lock.

    Attributes:
        capacity: The most messages that are in memory only, those in flight included.
        health: The counters; changed under the lock.
        now_seconds: A monotonic clock.
        lock: Guards all that follows.
        send_queue: Messages that may be sent, and those in flight.
        unsaved: Messages that are not in the file, by `seq`, the oldest first.
        removable: Numbers of rows that the file holds and needs no more.
        stored_count: The number of rows in the file.
        is_writable: True while messages must be in the file before they are sent.
        has_unread: True while the file holds messages that are not in memory.
        last_seq: The last number that was given to a message.
        earlier_seq: The last number that an earlier run gave.
        open_events: The latest message of each event that is not over, by the event's id.
        left_open: Events that an earlier run left open, until the pipeline ends them.
        is_closed: True once nothing is appended any more.
        has_work: Set when the writer has something to do.
    """

    capacity: int
    health: Health
    now_seconds: Callable[[], float]
    lock: threading.Lock = field(default_factory=threading.Lock)
    send_queue: SendQueue[OutboxRecord] = field(default_factory=SendQueue)
    unsaved: dict[int, OutboxRecord] = field(default_factory=dict)
    removable: set[int] = field(default_factory=set)
    stored_count: int = 0
    is_writable: bool = False
    has_unread: bool = False
    last_seq: int = 0
    earlier_seq: int = 0
    open_events: OpenEvents = field(default_factory=dict)
    left_open: list[LeftOpenEvent] = field(default_factory=list)
    is_closed: bool = False
    has_work: threading.Event = field(default_factory=threading.Event)

    @property
    def count(self) -> int:
        """The number of messages that the broker has not acknowledged."""
        # A write that failed after its commit leaves rows in `removable` that are gone already.
        return max(0, self.stored_count - len(self.removable)) + len(self.unsaved)

    @property
    def sends_from_memory(self) -> bool:
        """True while unsaved messages may be sent: no file, and none unread before them."""
        return not self.is_writable and not self.has_unread

    @property
    def needs_more(self) -> bool:
        """True when more should be read from the file."""
        return self.has_unread and self.send_queue.waiting_count < READ_AHEAD

    def release(self) -> None:
        """Moves unsaved messages into the send queue if they may be sent from memory."""
        if self.sends_from_memory:
            queued = {record.seq for record in self.send_queue}
            self.send_queue.add(
                record for record in self.unsaved.values() if record.seq not in queued
            )

    def report(self) -> None:
        """Updates the number of waiting messages in the counters."""
        self.health.messages_waiting = self.count
