"""A log that a test can wait for."""

import logging
import threading

import pytest
from mqtt_subscriber import PATIENCE_SECONDS


class Log(logging.Handler):
    """What `soundpost.publish` logs, from whatever thread."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self._lines: list[str] = []
        self._changed = threading.Condition()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        with self._changed:
            self._lines.append(f"{record.levelname} {record.getMessage()}")
            self._changed.notify_all()

    def count(self, text: str) -> int:
        """How many lines so far hold a text."""
        with self._changed:
            return sum(text in line for line in self._lines)

    def wait_for(self, text: str) -> str:
        """The first line that holds a text, as soon as there is one."""
        with self._changed:
            found = self._changed.wait_for(
                lambda: [line for line in self._lines if text in line], PATIENCE_SECONDS
            )
            if not found:
                pytest.fail(f"nobody logged {text!r}, only {self._lines}")
            return found[0]
