"""What the broker has not acknowledged yet: bounded, in order, and every loss counted."""

import threading
import time
from collections.abc import Callable, Iterable
from itertools import islice

from soundpost.health import Health
from soundpost.messages.payload import DetectionMessage, encode, encode_late
from soundpost.publish.outbox.record import OutboxRecord
from soundpost.publish.outbox.send_queue import SendQueue

LATE_SECONDS = 10.0
"""A message that waited longer than this says `backfilled`: an alarm need not ring for it."""
_SCANTY = 50
"""With fewer entries at hand than these, more are asked of the file."""
_SETTLED = 100
"""With so many entries to be removed from the file it is done now, not at the next occasion."""


class Outbox:
    """Detections in the order they were told, held until the broker has them.

    Three threads meet here, and none of them waits for the others' disk or network. The pipeline
    appends. The courier sends: an entry waits, then is under way, then is acknowledged, or waits
    again when it was refused or the connection was lost. The scribe, if there is one, keeps a file
    of what is held: then what was appended waits for the file before it may be sent, and of what
    lies in the file only the next entries are in memory. Without one, or while the file takes
    nothing, entries are held here alone.

    What is here alone is bounded: when it is too much, its oldest waiting entry is dropped. Whoever
    listens after a long silence is served better by the unbroken latest stretch than by what was
    new long ago. `seq` tells the subscriber how many are missing, `messages_dropped` tells
    everybody.

    Args:
        capacity: The most entries that are held here alone, those under way included.
        health: Where messages are counted, under the outbox's lock.
        now_seconds: A monotonic clock.

    Attributes:
        has_work: Set when there is something for the scribe to do.
    """

    def __init__(
        self,
        capacity: int,
        health: Health,
        *,
        now_seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._capacity = capacity
        self._health = health
        self._now_seconds = now_seconds
        self._lock = threading.Lock()
        self._send_queue = SendQueue()
        self._unsaved: dict[int, OutboxRecord] = {}
        self._settled: set[int] = set()
        self._stored_count = 0
        self._is_stored = False
        self._has_more = False
        self._last_seq = 0
        self._earlier_seq = 0
        self._is_closed = False
        self.has_work = threading.Event()

    def __len__(self) -> int:
        with self._lock:
            return self._count()

    @property
    def last_seq(self) -> int:
        """The last number that was given to a message; the next one must be higher."""
        return self._last_seq

    # The pipeline's side.

    def append(self, message: DetectionMessage) -> bool:
        """Take a message in; returns at once.

        Returns:
            False when a message was dropped for it: the oldest waiting one, or this one where
            nothing else waits or the outbox is closed.

        Raises:
            ValueError: Its number is not higher than the last one, which is a bug.
        """
        with self._lock:
            if message.seq <= self._last_seq:
                raise ValueError(f"message {message.seq} after message {self._last_seq}")
            self._last_seq = message.seq
            entry = OutboxRecord(message.seq, encode(message), self._now_seconds())
            has_room = not self._is_closed and self._take(entry)
            if not has_room:
                self._health.messages_dropped += 1
            self._report()
        self.has_work.set()
        return has_room

    def close(self) -> tuple[int, int]:
        """Take nothing in any more; how many entries are dropped with it, and how many are kept."""
        with self._lock:
            self._is_closed = True
            dropped = len(self._unsaved)
            self._health.messages_dropped += dropped
            self._unsaved.clear()
            self._send_queue.clear()
            self._report()
            return dropped, self._count()

    # The courier's side.

    def next_unsent(self) -> OutboxRecord | None:
        """The oldest waiting entry, now under way; None when nothing waits."""
        with self._lock:
            if self._has_more and self._send_queue.waiting_count < _SCANTY:
                self.has_work.set()
            if (entry := self._send_queue.next()) is None:
                return None
        is_early = entry.seq <= self._earlier_seq
        if not is_early and self._now_seconds() - entry.told_at_seconds <= LATE_SECONDS:
            return entry
        return OutboxRecord(entry.seq, encode_late(entry.payload), entry.told_at_seconds)

    def acknowledge(self, seq: int) -> None:
        """The broker has the entry."""
        with self._lock:
            if not self._send_queue.acknowledge(seq):
                return
            if self._unsaved.pop(seq, None) is None:
                self._settled.add(seq)
            self._health.messages_sent += 1
            self._report()
            if len(self._settled) >= _SETTLED:
                self.has_work.set()

    def requeue(self, seq: int | None = None) -> None:
        """What was under way waits again, before everything younger; or only that one entry."""
        with self._lock:
            self._send_queue.put_back(seq)

    # The scribe's side.

    def resume(self, stored_count: int) -> None:
        """There is a file with so many rows, and what is appended waits for it from now on."""
        with self._lock:
            self._is_stored = True
            self._stored_count = stored_count
            self._has_more = stored_count > 0
            self._report()

    def begin_after(self, seq: int) -> None:
        """Numbers up to this one were told by an earlier run: what is left of them is late."""
        self._earlier_seq = self._last_seq = seq

    def suspend(self, *, is_readable: bool) -> None:
        """The file takes nothing for now: what waits for it need not."""
        with self._lock:
            self._is_stored = False
            self._has_more = self._has_more and is_readable
            self._release()

    def to_write(self) -> tuple[list[OutboxRecord], list[int]]:
        """What is to be saved in the file, and what is to be removed from it."""
        with self._lock:
            return list(self._unsaved.values()), list(self._settled)

    def written(
        self, saved: Iterable[OutboxRecord], removed: Iterable[int], stored_count: int
    ) -> None:
        """The file now has those, and no longer these."""
        with self._lock:
            self._stored_count = stored_count
            self._settled.difference_update(removed)
            for entry in saved:
                if self._unsaved.pop(entry.seq, None) is None:
                    self._settled.add(entry.seq)  # it was acknowledged, or dropped, meanwhile
                self._has_more = True
            self._report()

    def load(self, entries: Iterable[OutboxRecord], *, has_more: bool) -> None:
        """These are the next ones in the file, and perhaps there are more behind them."""
        with self._lock:
            held = self._settled | {entry.seq for entry in self._send_queue}
            self._send_queue.add(entry for entry in entries if entry.seq not in held)
            self._has_more = has_more
            self._release()

    def loaded(self) -> list[OutboxRecord]:
        """The entries in memory that are in the file too, or should be."""
        with self._lock:
            return [entry for entry in self._send_queue if entry.seq not in self._unsaved]

    def lose(self, count: int) -> None:
        """So many entries were in the file and are not any more."""
        with self._lock:
            self._health.messages_dropped += count

    def wants_more(self) -> bool:
        """Whether the courier will soon have nothing at hand, though there is more in the file."""
        with self._lock:
            return self._has_more and self._send_queue.waiting_count < _SCANTY

    def drop(self, count: int, lost: Iterable[int] = ()) -> int:
        """Give up the oldest waiting entries of the file; how many that were.

        Args:
            count: At most so many of those at hand.
            lost: Numbers of others, which are in the file and cannot be read.
        """
        with self._lock:
            saved = (e.seq for e in self._send_queue.waiting() if e.seq not in self._unsaved)
            victims = {*lost, *islice(saved, count)}
            self._send_queue.remove(victims)
            self._settled |= victims
            self._health.messages_dropped += len(victims)
            return len(victims)

    def _take(self, entry: OutboxRecord) -> bool:
        self._unsaved[entry.seq] = entry
        if not self._is_stored and not self._has_more:
            self._send_queue.add([entry])
        if len(self._unsaved) <= self._capacity:
            return True
        oldest = next(seq for seq in self._unsaved if not self._send_queue.is_under_way(seq))
        del self._unsaved[oldest]
        self._send_queue.remove({oldest})
        return False

    def _release(self) -> None:
        """Nothing in the file comes before them: let the courier have what is here alone."""
        if not self._is_stored and not self._has_more:
            at_hand = {entry.seq for entry in self._send_queue}
            self._send_queue.add(e for e in self._unsaved.values() if e.seq not in at_hand)

    def _count(self) -> int:
        return self._stored_count - len(self._settled) + len(self._unsaved)

    def _report(self) -> None:
        self._health.messages_waiting = self._count()
