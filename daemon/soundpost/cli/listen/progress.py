"""A line on the terminal that shows how far a long run is."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from soundpost.system.printable import printable
from soundpost.system.units import clock_duration

QUIET_SECONDS = 1.0
"""A run that is shorter shows no line."""
EVERY_SECONDS = 0.2
"""Often enough for the eye; writing costs next to nothing then."""
_BAR_WIDTH = 20
_NAME_WIDTH = 30
_ERASE = "\r\x1b[K"


class Progress:
    """Draws a bar over the recordings, and the position in the present one.

    The length of a recording is not known before its end: a header can be wrong, and a stream has
    none. So the bar counts recordings.

    Args:
        terminal: Receives the line; nothing is written if it is not a terminal.
        total: Recordings.
        monotonic_seconds: The clock.
    """

    def __init__(
        self, terminal: TextIO, total: int, monotonic_seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._terminal = terminal
        self._total = total
        self._is_on = terminal.isatty()
        self._is_drawn = False
        self._monotonic_seconds = monotonic_seconds
        self._due_seconds = monotonic_seconds() + QUIET_SECONDS

    def show(self, done: int, recording: Path, captured_seconds: float) -> None:
        """Draws the line, if it is due.

        Args:
            done: Recordings that are finished.
            recording: The present one.
            captured_seconds: Its sound until now.
        """
        if not self._is_on or self._monotonic_seconds() < self._due_seconds:
            return
        self._due_seconds = self._monotonic_seconds() + EVERY_SECONDS
        filled = _BAR_WIDTH * done // self._total
        bar = "#" * filled + "." * (_BAR_WIDTH - filled)
        name = printable(recording.name, _NAME_WIDTH)
        position = clock_duration(captured_seconds)
        self._terminal.write(f"{_ERASE}[{bar}] {done + 1}/{self._total}  {position}  {name}")
        self._terminal.flush()
        self._is_drawn = True

    def erase(self) -> None:
        """Erases the line, so that another can be written."""
        if self._is_drawn:
            self._terminal.write(_ERASE)
            self._terminal.flush()
            self._is_drawn = False

    @contextmanager
    def beside_the_log(self) -> Iterator[None]:
        """Erases the line before each line of the log, and at the end."""

        def erase_first(_record: logging.LogRecord) -> bool:
            self.erase()
            return True

        handlers = list(logging.getLogger().handlers)
        for handler in handlers:
            handler.addFilter(erase_first)
        try:
            yield
        finally:
            for handler in handlers:
                handler.removeFilter(erase_first)
            self.erase()
