"""The keyboard of the terminal: keys as they are pressed, and none of them on the screen."""

import os
import select
import sys
import termios
import tty
from types import TracebackType
from typing import Self


class Keys:
    """Reads keys without waiting, as long as it is entered; the terminal is then as before.

    Ctrl-C stays the signal that it is. Where there is no keyboard no key is ever pressed.
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
        """What was pressed since it was asked last."""
        if self._handle is None or not select.select([self._handle], [], [], 0.0)[0]:
            return ""
        return os.read(self._handle, 1024).decode(errors="replace")
