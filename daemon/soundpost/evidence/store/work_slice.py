"""Bounds the work on the folder of clips that is done at once."""

import time
from collections.abc import Callable


class WorkSlice:
    """The time that work on the folder may take between two chunks, in units.

    A unit is an entry of the folder that is read, or a clip that is removed. The first one may
    always start, so that work advances on the slowest disk.

    Args:
        seconds: Time from the start of the first unit, after which no other one starts.
        monotonic_seconds: The clock of that time.
    """

    def __init__(
        self, seconds: float, monotonic_seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = seconds
        self._monotonic_seconds = monotonic_seconds
        self._end_seconds: float | None = None
        self._is_used_up = False

    @property
    def is_used_up(self) -> bool:
        """True once a unit was refused."""
        return self._is_used_up

    def take(self) -> bool:
        """Returns whether one more unit of work may start."""
        now_seconds = self._monotonic_seconds()
        if self._end_seconds is None:
            self._end_seconds = now_seconds + self._seconds
            return True
        self._is_used_up = self._is_used_up or now_seconds >= self._end_seconds
        return not self._is_used_up


def unlimited() -> WorkSlice:
    """Returns a slice that never ends, for a command that a person waits for."""
    return WorkSlice(float("inf"))
