"""Removes what is finished and old from the queue, in slices."""

import sqlite3
import time
from collections.abc import Callable

MOST_FINISHED = 10_000
"""Messages of the history: some 10 MB."""
MOST_REMEMBERED = 50_000
"""Events, and labels of nodes: other clients of the broker may invent some."""
_REMEMBERED_DAYS = 30
"""Longer than a broker keeps messages for the notifier by default, and than nodes keep them."""
_DAY_MS = 86_400_000
_EVERY_SECONDS = 60.0
_ROWS = 500
"""Removed at once: some ten milliseconds on a memory card."""


class Retention:
    """Removes old rows.

    Args:
        history_days: The age up to which finished messages are kept.
        monotonic_seconds: The clock of the intervals.
    """

    def __init__(
        self, history_days: int, *, monotonic_seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._history_days = history_days
        self._monotonic_seconds = monotonic_seconds
        self._due_seconds = float("-inf")

    @property
    def is_due(self) -> bool:
        """True if it is time to look."""
        return self._monotonic_seconds() >= self._due_seconds

    def remove(self, connection: sqlite3.Connection, now_ms: int) -> None:
        """Removes a slice of what is beyond the limits, within a transaction."""
        removed = connection.execute(
            "DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries"
            " WHERE state != 'waiting' AND finished_ms < ? LIMIT ?)",
            (now_ms - self._history_days * _DAY_MS, _ROWS),
        ).rowcount
        removed += connection.execute(
            "DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries"
            " WHERE state != 'waiting' ORDER BY id DESC LIMIT ? OFFSET ?)",
            (_ROWS, MOST_FINISHED),
        ).rowcount
        for table in ("seen", "sent"):
            # Of two names of our own; a table cannot be a parameter.
            keys = "node, event" if table == "seen" else "rule, node, label"
            removed += connection.execute(
                f"DELETE FROM {table} WHERE ({keys}) IN (SELECT {keys} FROM {table}"  # noqa: S608 - see above
                " WHERE at_ms < ? OR at_ms <= (SELECT at_ms FROM"
                f" {table} ORDER BY at_ms DESC LIMIT 1 OFFSET ?) LIMIT ?)",
                (now_ms - _REMEMBERED_DAYS * _DAY_MS, MOST_REMEMBERED, _ROWS),
            ).rowcount
        if removed < _ROWS:
            self._due_seconds = self._monotonic_seconds() + _EVERY_SECONDS
