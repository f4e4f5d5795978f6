"""A pseudo-terminal with a program in it, and the text on its screen."""

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
    """The controlling terminal of a program; its output is read only during a wait.

    Args:
        command: The program and its arguments.
        environment: Environment of the program.

    Attributes:
        written: All bytes that the program wrote.
    """

    columns, rows = 100, 30

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._controller, self._terminal = os.openpty()
        size = struct.pack("HHHH", self.rows, self.columns, 0, 0)
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, size)
        self._before = termios.tcgetattr(self._terminal)
        self._screen = pyte.Screen(self.columns, self.rows)
        self._stream = pyte.ByteStream(self._screen)
        self.written = b""
        self._is_gone = False
        # The terminal states its size; these variables would win over it.
        inherited = {key: environment[key] for key in environment.keys() - {"COLUMNS", "LINES"}}
        self.process = subprocess.Popen(
            ["setsid", "--ctty", *command],
            stdin=self._terminal,
            stdout=self._terminal,
            stderr=self._terminal,
            env=inherited | {"TERM": "xterm-256color", "PYTHONUTF8": "1"},
        )

    @property
    def text(self) -> str:
        """The text on the screen, line by line."""
        return "\n".join(self._screen.display)

    @property
    def is_as_before(self) -> bool:
        """True if the terminal's modes are as before, and its main screen is back."""
        return (
            termios.tcgetattr(self._terminal) == self._before
            and LEAVES_SCREEN in self.written
            and SHOWS_CURSOR in self.written
        )

    def wait_for(self, predicate: Callable[[str], bool]) -> str:
        """Returns the screen's text as soon as the predicate holds for it; else the test fails."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not predicate(self.text):
            if time.monotonic() > deadline:
                pytest.fail(f"not within {PATIENCE_SECONDS} s:\n{self.text}")
            self._read(0.05)
        return self.text

    def press(self, keys: bytes) -> None:
        """Sends keys to the program."""
        os.write(self._controller, keys)

    def resize(self, columns: int, rows: int) -> None:
        """Changes the size of the terminal, which sends SIGWINCH to the program."""
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._screen.resize(rows, columns)

    def hang_up(self) -> int:
        """Closes the terminal, as its window is closed; returns the program's exit status."""
        os.close(self._terminal)
        os.close(self._controller)
        self._is_gone = True
        return self.process.wait(PATIENCE_SECONDS)

    def wait(self) -> int:
        """Waits until the program ends and all output is read; returns its exit status."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                pytest.fail(f"still running after {PATIENCE_SECONDS} s:\n{self.text}")
            self._read(0.05)
        while self._read(0.0):
            pass
        return self.process.returncode

    def close(self) -> None:
        """Kills the program."""
        self.process.kill()
        self.process.wait(PATIENCE_SECONDS)
        if not self._is_gone:
            os.close(self._controller)
            os.close(self._terminal)

    def _read(self, timeout_seconds: float) -> bool:
        if not select.select([self._controller], [], [], timeout_seconds)[0]:
            return False
        written = os.read(self._controller, 65_536)
        self.written += written
        self._stream.feed(written)
        return True


@contextmanager
def terminal(command: list[str], environment: dict[str, str] | None = None) -> Iterator[Terminal]:
    """Runs a program in a terminal; it is killed at the end of the context."""
    opened = Terminal(command, dict(environment or os.environ))
    try:
        yield opened
    finally:
        opened.close()
