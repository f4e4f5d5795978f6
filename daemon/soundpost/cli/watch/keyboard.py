"""Reads keys from the terminal without waiting and without echo."""

import os
import select
import sys
import termios
import tty
from types import TracebackType
from typing import Self


class Keys:
    """Reads keys without waiting, as a context manager; restores the terminal on exit.

    Ctrl-C still sends its signal. Without a terminal no keys are read.
    """

    def __init__(self) -> None:
        self._handle = sys.stdin.fileno() if sys.stdin and sys.stdin.isatty() else None
        self._before: list[int | list[bytes | int]] = []

    def __enter__(self) -> Self:
        if self._handle is not None:
            self._before = termios.tcgetattr(self._handle)
            tty.setcbreak(self._handle)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._handle is not None:
            termios.tcsetattr(self._handle, termios.TCSADRAIN, self._before)

    def pressed(self) -> str:
        """Returns the keys that were pressed since the last call."""
        if self._handle is None or not select.select([self._handle], [], [], 0.0)[0]:
            return ""
        return os.read(self._handle, 1024).decode(errors="replace")
