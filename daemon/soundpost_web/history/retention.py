"""Removes the oldest events: beyond an age, and beyond a size of the file."""

import sqlite3
import time
from collections.abc import Callable
from typing import NamedTuple

from soundpost.sqlite.damage import detecting_damage
from soundpost.sqlite.transaction import transaction
from soundpost.system.units import BYTES_PER_MEGABYTE

_DAY_MS = 86_400_000
_EVERY_SECONDS = 60.0
"""Between two looks while nothing is to be removed."""
_ROWS = 500
"""Removed at once: some ten milliseconds on a memory card."""
_PAGES = 200
"""Given back to the file system at once."""
_MEASURED = ("PRAGMA page_count", "PRAGMA freelist_count", "PRAGMA page_size")


class Limits(NamedTuple):
    """The age and the size that a history may have."""

    days: int
    megabytes: int


class Retention:
    """Removes old events in slices.

    Args:
        limits: The limits.
        now_seconds: The wall clock.
        monotonic_seconds: The clock of the intervals.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        now_seconds: Callable[[], float] = time.time,
        monotonic_seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limits = limits
        self._now_seconds = now_seconds
        self._monotonic_seconds = monotonic_seconds
        self._due_seconds = float("-inf")

    def tick(self, connection: sqlite3.Connection) -> None:
        """Removes a slice of what is beyond the limits, if it is time to look.

        Raises:
            DamagedFileError: The file is damaged.
            sqlite3.Error: The disk refuses it for now.
        """
        now_seconds = self._monotonic_seconds()
        if now_seconds < self._due_seconds:
            return
        self._due_seconds = now_seconds + _EVERY_SECONDS
        with detecting_damage(), transaction(connection):
            oldest_ms = self._latest_ms(connection) - self._limits.days * _DAY_MS
            removed = connection.execute(
                "DELETE FROM events WHERE key IN"
                " (SELECT key FROM events WHERE at_ms < ? ORDER BY at_ms LIMIT ?)",
                (oldest_ms, _ROWS),
            ).rowcount
            connection.execute("DELETE FROM numbers WHERE last_ms < ?", (oldest_ms,))
            if not removed and used_bytes(connection) > self._limits.megabytes * BYTES_PER_MEGABYTE:
                removed = connection.execute(
                    "DELETE FROM events WHERE key IN"
                    " (SELECT key FROM events ORDER BY at_ms LIMIT ?)",
                    (_ROWS,),
                ).rowcount
        if removed:
            connection.execute(f"PRAGMA incremental_vacuum({_PAGES})").fetchall()
            self._due_seconds = now_seconds

    def _latest_ms(self, connection: sqlite3.Connection) -> int:
        """Returns the time from which the age counts.

        It is that of the newest event if the clock is ahead of it: a clock that jumps by years must
        not empty the history.
        """
        now_ms = round(self._now_seconds() * 1_000)
        (newest_ms,) = connection.execute("SELECT max(at_ms) FROM events").fetchone()
        return now_ms if newest_ms is None else min(now_ms, newest_ms)


def used_bytes(connection: sqlite3.Connection) -> int:
    """Returns the size of the history without pages that are free."""
    pages, free, size = (connection.execute(query).fetchone()[0] for query in _MEASURED)
    return int((pages - free) * size)
