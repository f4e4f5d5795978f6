"""Rate limits: a token bucket, and a log that a flood cannot fill."""

import logging
import time
from collections.abc import Callable

LOGGED_BURST = 5
"""Lines in a row that are logged in full: a person who tries things sees each of their mistakes."""
SUMMARY_SECONDS = 60.0
"""The interval of full lines and summaries in a flood, the same as most health intervals."""


class RateLimit:
    """A token bucket: admits a burst, and then a steady rate.

    Args:
        burst: The most that is admitted at once.
        per_second: The steady rate.
        monotonic_seconds: The clock.
    """

    def __init__(
        self,
        burst: int,
        per_second: float,
        *,
        monotonic_seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._burst = float(burst)
        self._per_second = per_second
        self._monotonic_seconds = monotonic_seconds
        self._tokens = self._burst
        self._filled_seconds = monotonic_seconds()

    def admit(self) -> bool:
        """Takes a token; returns False if none is left."""
        now_seconds = self._monotonic_seconds()
        gained = (now_seconds - self._filled_seconds) * self._per_second
        self._tokens = min(self._burst, self._tokens + gained)
        self._filled_seconds = now_seconds
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True


class LimitedLog:
    """Logs the first lines of a flood, and later only how many were left out.

    `LogOnce` is for one failure that lasts; this is for many that each differ, as the messages of
    another program do.

    Args:
        logger: Where the lines go.
        summary: The line for those that were left out, with one `%d`.
        level: The level of all lines.
        monotonic_seconds: The clock.
    """

    def __init__(
        self,
        logger: logging.Logger,
        summary: str,
        level: int = logging.WARNING,
        *,
        monotonic_seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._logger = logger
        self._summary = summary
        self._level = level
        self._monotonic_seconds = monotonic_seconds
        self._limit = RateLimit(
            LOGGED_BURST, 1.0 / SUMMARY_SECONDS, monotonic_seconds=monotonic_seconds
        )
        self._left_out = 0
        self._summary_due_seconds = 0.0

    def log(self, message: str, *args: object) -> None:
        """Logs a line, or counts it if there were too many.

        Args:
            message: A format as of `logging`.
            args: Its values.
        """
        self.flush()
        if not self._left_out and self._limit.admit():
            self._logger.log(self._level, message, *args, stacklevel=2)
            return
        if not self._left_out:
            self._summary_due_seconds = self._monotonic_seconds() + SUMMARY_SECONDS
        self._left_out += 1

    def flush(self, *, is_last: bool = False) -> None:
        """Logs how many lines were left out, once they are a minute old, or at the end."""
        is_due = is_last or self._monotonic_seconds() >= self._summary_due_seconds
        if self._left_out and is_due:
            self._logger.log(self._level, self._summary, self._left_out, stacklevel=2)
            self._left_out = 0
