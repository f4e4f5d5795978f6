"""Counts of messages since the start of the page."""

import threading
from collections import Counter
from typing import NamedTuple


class Traffic(NamedTuple):
    """The counts at one time.

    Attributes:
        messages: Messages received.
        repeated: Messages of events that changed nothing: they came before.
        lost: Messages that the disk refused, and memory had no space for.
        rejected: Messages refused, by one of a few reasons.
    """

    messages: int
    repeated: int
    lost: int
    rejected: dict[str, int]


class Counts:
    """Counts from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._messages = self._repeated = self._lost = 0
        self._rejected: Counter[str] = Counter()

    def add_message(self) -> None:
        """Counts a received message."""
        with self._lock:
            self._messages += 1

    def add_repeated(self) -> None:
        """Counts a message of an event that came before."""
        with self._lock:
            self._repeated += 1

    def add_lost(self) -> None:
        """Counts a message that the history will not have."""
        with self._lock:
            self._lost += 1

    def reject(self, reason: str) -> None:
        """Counts a refused message."""
        with self._lock:
            self._rejected[reason] += 1

    def read(self) -> Traffic:
        """Returns the counts so far."""
        with self._lock:
            return Traffic(self._messages, self._repeated, self._lost, dict(self._rejected))
