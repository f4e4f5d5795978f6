"""Messages that the broker has not acknowledged: ordered, bounded, losses counted."""

import time
from collections.abc import Callable

from soundpost.health import Health
from soundpost.messages.payload import DetectionMessage, encode, encode_late
from soundpost.messages.summary import SummaryMessage
from soundpost.publish.outbox.open_events import LeftOpenEvent, follow
from soundpost.publish.outbox.record import OutboxRecord
from soundpost.publish.outbox.state import OutboxState
from soundpost.publish.outbox.storage import OutboxStorage

LATE_SECONDS = 10.0
"""A message sent later than this is marked `backfilled`: it is too old to raise an alarm."""
_REMOVED_AT_ONCE = 100
"""From this many acknowledged rows on, the writer is woken at once."""


class Outbox:
    """Holds detections and summaries in order until the broker acknowledges them.

    Three threads share it, each through its own facade; none waits for another's disk or network.

    - The pipeline appends messages (`intake`).
    - The client sends them (`feed`): waiting → in flight → acknowledged. Refused messages, and
      those in flight on a lost connection, wait again in their old order.
    - The writer, if there is a file, stores messages before they may be sent (`storage`). A message
      that was just stored goes straight to the send queue. The file is read only for messages of
      an earlier run, and when more wait than fit into memory (a few hundred).

    Without a file, or while the disk refuses writes, messages are in memory only, at most
    `capacity`. Beyond that the oldest waiting message is dropped: after a long outage an unbroken
    stretch of the latest messages is worth more than the oldest ones. The gap in `seq` shows the
    subscriber how many are missing, and `messages_dropped` counts them.

    Args:
        capacity: The most messages that are in memory only, those in flight included.
        health: The counters of messages.
        now_seconds: A monotonic clock.

    Attributes:
        intake: For the pipeline.
        feed: For the client.
        storage: For the writer.
    """

    def __init__(
        self,
        capacity: int,
        health: Health,
        *,
        now_seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        state = OutboxState(capacity, health, now_seconds)
        self.intake = OutboxIntake(state)
        self.feed = OutboxFeed(state)
        self.storage = OutboxStorage(state)


class OutboxIntake:
    """The pipeline's side of the outbox: messages go in."""

    def __init__(self, state: OutboxState) -> None:
        self._state = state

    @property
    def last_seq(self) -> int:
        """The last number that was given to a message; the next one must be higher."""
        return self._state.last_seq

    def append(self, message: DetectionMessage | SummaryMessage) -> bool:
        """Appends a message; returns at once.

        Returns:
            False when a message was dropped: the oldest waiting one, or this one if no other
            waits or the outbox is closed.

        Raises:
            ValueError: Its number is not higher than the last one, which is a bug.
        """
        state = self._state
        with state.lock:
            if message.seq <= state.last_seq:
                raise ValueError(f"message {message.seq} after message {state.last_seq}")
            state.last_seq = message.seq
            record = OutboxRecord(message.seq, encode(message), state.now_seconds())
            state.open_events = follow(state.open_events, [record])
            is_held = not state.is_closed and self._hold(record)
            if not is_held:
                state.health.messages_dropped += 1
            state.report()
        state.has_work.set()
        return is_held

    def pop_left_open(self) -> list[LeftOpenEvent]:
        """Removes and returns the events that an earlier run left open, the oldest first."""
        state = self._state
        if not state.left_open:  # without the lock: it is called between all chunks
            return []
        with state.lock:
            left_open, state.left_open = state.left_open, []
        return left_open

    def close(self) -> tuple[int, int]:
        """Refuses further messages; returns how many are dropped, and how many the file holds."""
        state = self._state
        with state.lock:
            state.is_closed = True
            dropped = len(state.unsaved)
            state.health.messages_dropped += dropped
            state.unsaved.clear()
            state.send_queue.clear()
            state.report()
            return dropped, state.count

    def _hold(self, record: OutboxRecord) -> bool:
        """Stores a record in memory; returns False if one was dropped for it."""
        state = self._state
        state.unsaved[record.seq] = record
        if state.sends_from_memory:
            state.send_queue.add([record])
        if len(state.unsaved) <= state.capacity:
            return True
        oldest = next(seq for seq in state.unsaved if not state.send_queue.is_in_flight(seq))
        del state.unsaved[oldest]
        state.send_queue.remove({oldest})
        return False


class OutboxFeed:
    """The client's side of the outbox: messages go out, and acknowledgements come back."""

    def __init__(self, state: OutboxState) -> None:
        self._state = state

    def __len__(self) -> int:
        """Returns how many messages the broker has not acknowledged, in memory and in the file."""
        with self._state.lock:
            return self._state.count

    def next_unsent(self) -> OutboxRecord | None:
        """Moves the oldest waiting message in flight and returns it; None if none waits."""
        state = self._state
        with state.lock:
            if state.needs_more:
                state.has_work.set()
            if (record := state.send_queue.next()) is None:
                return None
        is_early = record.seq <= state.earlier_seq
        if not is_early and state.now_seconds() - record.appended_at_seconds <= LATE_SECONDS:
            return record
        return OutboxRecord(record.seq, encode_late(record.payload), record.appended_at_seconds)

    def acknowledge(self, seq: int) -> None:
        """Removes a message that the broker has acknowledged."""
        self._remove(seq, is_sent=True)

    def give_up(self, seq: int) -> None:
        """Removes a message that the broker can never accept, and counts it as dropped."""
        self._remove(seq, is_sent=False)

    def _remove(self, seq: int, *, is_sent: bool) -> None:
        state = self._state
        with state.lock:
            if not state.send_queue.acknowledge(seq):
                return
            if state.unsaved.pop(seq, None) is None:
                state.removable.add(seq)
            state.health.messages_sent += is_sent
            state.health.messages_dropped += not is_sent
            state.report()
            if len(state.removable) >= _REMOVED_AT_ONCE:
                state.has_work.set()

    def requeue(self, seq: int | None = None) -> None:
        """Lets messages in flight wait again, in their old order; all, or only the given one."""
        with self._state.lock:
            self._state.send_queue.requeue(seq)
