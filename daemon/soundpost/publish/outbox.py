"""What the broker has not acknowledged yet: bounded, in order, and every loss counted."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from soundpost.health import Health
from soundpost.publish.payload import DetectionMessage

LATE_SECONDS = 10.0
"""A message that waited longer than this says `backfilled`: an alarm need not ring for it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A message and its place in the outbox."""

    row: int
    message: DetectionMessage
    told_at_seconds: float


class Outbox:
    """Detections in the order they were told, held until the broker has them.

    One thread appends, another sends. An entry waits, then is under way, then is acknowledged
    or refused; when the connection is lost, everything under way waits again, in its old order.

    When it is full the oldest waiting entry is dropped: whoever listens after a long silence is
    served better by the unbroken latest stretch than by what was new long ago. `seq` tells the
    subscriber how many are missing, `messages_dropped` tells everybody.

    It lives in memory and ends with the process. Its methods are those that a durable one needs.

    Args:
        capacity: The most entries it holds, those under way included.
        health: Where acknowledged and dropped messages are counted, under the outbox's lock.
        now_seconds: A monotonic clock.
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
        self._waiting: deque[Entry] = deque()
        self._under_way: dict[int, Entry] = {}
        self._next_row = 0
        self._is_closed = False

    def __len__(self) -> int:
        with self._lock:
            return len(self._waiting) + len(self._under_way)

    def append(self, message: DetectionMessage) -> bool:
        """Take a message in; returns at once.

        Returns:
            False when a message was dropped for it: the oldest waiting one, or this one where
            nothing else waits or the outbox is closed.
        """
        with self._lock:
            if self._is_closed:
                self._health.messages_dropped += 1
                return False
            self._waiting.append(Entry(self._next_row, message, self._now_seconds()))
            self._next_row += 1
            if len(self._waiting) + len(self._under_way) <= self._capacity:
                return True
            self._waiting.popleft()
            self._health.messages_dropped += 1
            return False

    def next_unsent(self) -> Entry | None:
        """The oldest waiting entry, now under way; None when nothing waits."""
        with self._lock:
            if not self._waiting:
                return None
            entry = self._waiting.popleft()
            self._under_way[entry.row] = entry
            if self._now_seconds() - entry.told_at_seconds <= LATE_SECONDS:
                return entry
            late = msgspec.structs.replace(entry.message, backfilled=True)
            return Entry(entry.row, late, entry.told_at_seconds)

    def acknowledge(self, row: int) -> None:
        """The broker has the entry."""
        with self._lock:
            if self._under_way.pop(row, None):
                self._health.messages_sent += 1

    def refuse(self, row: int) -> None:
        """The broker will not have the entry, now or later."""
        with self._lock:
            if self._under_way.pop(row, None):
                self._health.messages_dropped += 1

    def rewind(self) -> None:
        """The connection is lost: what was under way waits again, before everything else."""
        with self._lock:
            self._waiting.extendleft(self._under_way[row] for row in sorted(self._under_way)[::-1])
            self._under_way.clear()

    def close(self) -> int:
        """Take nothing in any more and drop what is left; returns how many that were."""
        with self._lock:
            self._is_closed = True
            dropped = len(self._waiting) + len(self._under_way)
            self._health.messages_dropped += dropped
            self._waiting.clear()
            self._under_way.clear()
            return dropped
