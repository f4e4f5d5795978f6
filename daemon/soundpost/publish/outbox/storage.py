"""The writer's side of the outbox: messages go to the file, and come back from it."""

import threading
from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from soundpost.publish.outbox.open_events import LeftOpenEvent, OpenEvents
from soundpost.publish.outbox.record import OutboxRecord
from soundpost.publish.outbox.state import OutboxState

MOST_IN_MEMORY = 200
"""Stored messages that may wait in memory; later ones are read from the file, as many at once. At
500 bytes each they take 100 kB, ten times the messages that may be in flight."""


class Pending(NamedTuple):
    """The next write to the file.

    Attributes:
        records: The messages to be stored, in their order.
        removed: The numbers of the rows to be removed.
        open_events: The events that are open after these messages.
    """

    records: list[OutboxRecord]
    removed: list[int]
    open_events: OpenEvents


class OutboxStorage:
    """Lists messages to be stored and rows to be removed, and takes messages from the file.

    Only the writer's thread calls it.

    Attributes:
        read_seq: Highest row number already read; lower rows are in memory or removed.
    """

    def __init__(self, state: OutboxState) -> None:
        self._state = state
        self._recovered_ids: set[str] = set()
        self.read_seq = 0

    @property
    def has_work(self) -> threading.Event:
        """The event that is set when there is something to do."""
        return self._state.has_work

    @property
    def last_seq(self) -> int:
        """The last number that was given to a message."""
        return self._state.last_seq

    def continue_after(self, seq: int) -> None:
        """Sets the last number of an earlier run; messages up to it are late when they are sent."""
        self._state.earlier_seq = self._state.last_seq = seq

    def start(self, stored_count: int) -> None:
        """Begins with a file that was just opened; `stored_count` rows are in it, all unread."""
        self.read_seq = 0
        self.resume(stored_count)

    def resume(self, stored_count: int) -> None:
        """Holds messages back until they are stored, because the file can be written (again)."""
        state = self._state
        with state.lock:
            state.is_writable = True
            state.stored_count = stored_count
            state.has_unread = stored_count > 0
            state.report()

    def suspend(self, *, is_readable: bool) -> None:
        """Lets unsaved messages be sent from memory, because the file cannot be written."""
        state = self._state
        with state.lock:
            state.is_writable = False
            state.has_unread = state.has_unread and is_readable
            state.release()

    def recover(self, stored: Iterable[LeftOpenEvent]) -> None:
        """Passes events that an earlier run left open to the pipeline, each of them once.

        Args:
            stored: The open events in a file that was just opened, those of this run included.
        """
        state = self._state
        with state.lock:
            for event in stored:
                event_id, record = event.message.id, event.record
                if record.seq > state.earlier_seq or event_id in self._recovered_ids:
                    continue
                self._recovered_ids.add(event_id)
                # It stays open in the file until the message that ends it is there, too.
                state.open_events = {event_id: record, **state.open_events}
                state.left_open.append(event)

    def pending(self) -> Pending:
        """Returns what is to be written, as of one moment."""
        state = self._state
        with state.lock:
            return Pending(list(state.unsaved.values()), list(state.removable), state.open_events)

    def written(
        self, saved: Iterable[OutboxRecord], removed: Iterable[int], stored_count: int
    ) -> None:
        """Hands stored messages straight to the send queue, unless older ones are unread.

        Args:
            saved: The messages that the disk has now, in their order.
            removed: The numbers of the rows that were removed.
            stored_count: The number of rows in the file.
        """
        state = self._state
        with state.lock:
            state.stored_count = stored_count
            state.removable.difference_update(removed)
            queued = {record.seq for record in state.send_queue}
            for record in saved:
                if state.unsaved.pop(record.seq, None) is None:
                    state.removable.add(record.seq)  # acknowledged or dropped meanwhile
                elif record.seq not in queued:
                    self._hand_over(record)
                if not state.has_unread:
                    self.read_seq = record.seq
            state.report()

    def needs_more(self) -> bool:
        """Returns whether more messages should be read from the file now."""
        with self._state.lock:
            return self._state.needs_more

    def load(
        self, records: Iterable[OutboxRecord], damaged: Iterable[int], *, has_more: bool
    ) -> None:
        """Appends the next messages of the file to the send queue.

        Args:
            records: The messages after `read_seq`.
            damaged: The numbers of rows among them that are damaged: these are lost, and counted.
            has_more: True if there may be more behind them.
        """
        state, records, damaged = self._state, list(records), set(damaged)
        with state.lock:
            seqs = damaged.union(record.seq for record in records)
            self.read_seq = max(self.read_seq, *seqs) if seqs else self.read_seq
            known = state.removable.union(record.seq for record in state.send_queue)
            state.send_queue.add(record for record in records if record.seq not in known)
            self._drop(damaged)
            state.has_unread = has_more
            state.release()

    def stored_in_memory(self) -> list[OutboxRecord]:
        """Returns the messages in memory that are in the file too, or should be."""
        with self._state.lock:
            unsaved = self._state.unsaved
            return [record for record in self._state.send_queue if record.seq not in unsaved]

    def count_lost(self, count: int) -> None:
        """Counts messages that were in the file and cannot be read any more."""
        with self._state.lock:
            self._state.health.messages_dropped += count

    def drop_oldest(self, count: int) -> int:
        """Drops the oldest stored messages in memory, at most `count`; returns how many."""
        state = self._state
        with state.lock:
            stored = (r.seq for r in state.send_queue.waiting() if r.seq not in state.unsaved)
            oldest = set(islice(stored, count))
            self._drop(oldest)
            return len(oldest)

    def _hand_over(self, record: OutboxRecord) -> None:
        """Appends a stored message to the send queue, or leaves it to be read from the file."""
        state = self._state
        if state.has_unread or state.send_queue.waiting_count >= MOST_IN_MEMORY:
            state.has_unread = True
        else:
            state.send_queue.add([record])

    def _drop(self, seqs: set[int]) -> None:
        if not seqs:
            return
        self._state.send_queue.remove(seqs)
        self._state.removable |= seqs
        self._state.health.messages_dropped += len(seqs)
