"""A terminal with a program in it, and what stands on its screen."""

import fcntl
import os
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pyte
import pytest
from mqtt_subscriber import PATIENCE_SECONDS

LEAVES_SCREEN = b"\x1b[?1049l"
SHOWS_CURSOR = b"\x1b[?25h"


class Terminal:
    """A pseudo-terminal, the controlling one of a program; it is read only while it is waited for.

    Args:
        command: The program and its arguments.
        environment: Its environment.

    Attributes:
        written: Every byte that the program wrote.
    """

    columns, rows = 100, 30

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._ours, self._theirs = os.openpty()
        size = struct.pack("HHHH", self.rows, self.columns, 0, 0)
        fcntl.ioctl(self._theirs, termios.TIOCSWINSZ, size)
        self._before = termios.tcgetattr(self._theirs)
        self._screen = pyte.Screen(self.columns, self.rows)
        self._stream = pyte.ByteStream(self._screen)
        self.written = b""
        self.process = subprocess.Popen(
            ["setsid", "--ctty", *command],
            stdin=self._theirs,
            stdout=self._theirs,
            stderr=self._theirs,
            env=environment | {"TERM": "xterm-256color", "PYTHONUTF8": "1"},
        )

    @property
    def text(self) -> str:
        """What stands on the screen, line by line."""
        return "\n".join(self._screen.display)

    @property
    def is_as_before(self) -> bool:
        """Whether the terminal echoes and buffers as it did, and its own screen is back."""
        return (
            termios.tcgetattr(self._theirs) == self._before
            and LEAVES_SCREEN in self.written
            and SHOWS_CURSOR in self.written
        )

    def wait_for(self, predicate: Callable[[str], bool]) -> str:
        """The screen's text, as soon as the predicate holds for it; else the test fails."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not predicate(self.text):
            if time.monotonic() > deadline:
                pytest.fail(f"not within {PATIENCE_SECONDS} s:\n{self.text}")
            self._read(0.05)
        return self.text

    def press(self, keys: bytes) -> None:
        """Press some keys."""
        os.write(self._ours, keys)

    def wait(self) -> int:
        """The program's exit status, once it has ended by itself and all it wrote is read."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                pytest.fail(f"it goes on after {PATIENCE_SECONDS} s:\n{self.text}")
            self._read(0.05)
        while self._read(0.0):
            pass
        return self.process.returncode

    def close(self) -> None:
        """End the program, whatever it does."""
        self.process.kill()
        self.process.wait(PATIENCE_SECONDS)
        os.close(self._ours)
        os.close(self._theirs)

    def _read(self, timeout_seconds: float) -> bool:
        if not select.select([self._ours], [], [], timeout_seconds)[0]:
            return False
        written = os.read(self._ours, 65_536)
        self.written += written
        self._stream.feed(written)
        return True


@contextmanager
def terminal(command: list[str], environment: dict[str, str] | None = None) -> Iterator[Terminal]:
    """A terminal whose program does not outlive the test."""
    opened = Terminal(command, dict(environment or os.environ))
    try:
        yield opened
    finally:
        opened.close()
