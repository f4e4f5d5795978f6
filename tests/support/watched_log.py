"""A log handler on which a test can wait."""

import logging
import threading

import pytest
from mqtt_subscriber import PATIENCE_SECONDS


class Log(logging.Handler):
    """The lines that `soundpost.publish` logs, from any thread."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self._lines: list[str] = []
        self._changed = threading.Condition()

    def emit(self, record: logging.LogRecord) -> None:
        """Appends a line."""
        with self._changed:
            self._lines.append(f"{record.levelname} {record.getMessage()}")
            self._changed.notify_all()

    def count(self, text: str) -> int:
        """Returns how many lines so far contain a text."""
        with self._changed:
            return sum(text in line for line in self._lines)

    def wait_for(self, text: str) -> str:
        """Returns the first line that contains a text, as soon as there is one."""
        with self._changed:
            found = self._changed.wait_for(
                lambda: [line for line in self._lines if text in line], PATIENCE_SECONDS
            )
            if not found:
                pytest.fail(f"no line contains {text!r}; lines: {self._lines}")
            return found[0]
