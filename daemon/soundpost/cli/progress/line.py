"""A line on the terminal that is drawn again and again while a long run goes on."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

QUIET_SECONDS = 1.0
"""A run that is shorter shows no line."""
EVERY_SECONDS = 0.2
"""Often enough for the eye; writing costs next to nothing then."""
_BAR_WIDTH = 20
_ERASE = "\r\x1b[K"


def bar(done: int, total: int) -> str:
    """Returns a bar of fixed width, such as `[#####...............]`."""
    filled = _BAR_WIDTH * done // total
    return f"[{'#' * filled}{'.' * (_BAR_WIDTH - filled)}]"


class ProgressLine:
    """Draws a line on a terminal, a few times a second, and erases it.

    Args:
        terminal: Receives the line; nothing is written if it is not a terminal.
        monotonic_seconds: The clock.
    """

    def __init__(
        self, terminal: TextIO, monotonic_seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._terminal = terminal
        self._is_on = terminal.isatty()
        self._is_drawn = False
        self._monotonic_seconds = monotonic_seconds
        self._due_seconds = monotonic_seconds() + QUIET_SECONDS

    def draw(self, text: Callable[[], str]) -> None:
        """Draws the line in place of the last one, if it is due.

        Args:
            text: Returns the line; called only if it is drawn.
        """
        if not self._is_on or self._monotonic_seconds() < self._due_seconds:
            return
        self._due_seconds = self._monotonic_seconds() + EVERY_SECONDS
        self._terminal.write(f"{_ERASE}{text()}")
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
