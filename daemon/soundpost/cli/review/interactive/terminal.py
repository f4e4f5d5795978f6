"""A terminal that is drawn on line by line, and whose keys are read one by one."""

import codecs
import os
import re
import select
import shutil
import signal
import sys
import termios
import tty
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from types import FrameType, TracebackType
from typing import Self, TextIO

from soundpost.cli.review.interactive.spectrogram import Style
from soundpost.errors import ReviewError

_ENTER = "\x1b[?1049h\x1b[?25l\x1b[2J"
_LEAVE = "\x1b[0m\x1b[?25h\x1b[?1049l"
_HOME, _TO_END_OF_LINE, _TO_END_OF_SCREEN = "\x1b[H", "\x1b[K", "\x1b[J"

_KEY = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|O[A-Z])|[\s\S]")
"""A sequence of a function key (ECMA-48), or one character. A lone escape is the key Esc."""
LEFT, RIGHT = ("\x1b[D", "\x1bOD"), ("\x1b[C", "\x1bOC")
_ESCAPE = "\x1b"

_READ_BYTES = 4_096
_ESCAPE_SECONDS = 0.05
"""The rest of a sequence follows its first byte within it; after a lone Esc nothing does."""
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Terminal:
    """The whole screen of the terminal, as a context manager; its content comes back on exit.

    Ctrl-C, SIGTERM and the end of the terminal set `is_ended`. Ctrl-Z does nothing.

    Attributes:
        is_ended: True once the program is to end.
        style: The abilities of the terminal.

    Raises:
        ReviewError: Standard input or output is not a terminal, or the terminal is too simple.
    """

    def __init__(self, out: TextIO) -> None:
        self._out = out
        if not (sys.stdin and sys.stdin.isatty() and out.isatty()):
            raise ReviewError(
                "a review needs a terminal, for its keys",
                hint="run it without a pipe; --list, --summary, --export, --set-all and --undo "
                "need none",
            )
        if os.environ.get("TERM", "dumb") == "dumb":
            raise ReviewError(
                "this terminal cannot move its cursor: TERM is not set, or `dumb`",
                hint="set TERM as your terminal is called, as xterm; --list needs no terminal",
            )
        # https://no-color.org
        has_colour = not os.environ.get("NO_COLOR") and "mono" not in os.environ["TERM"]
        encoding = (getattr(out, "encoding", None) or "").lower().replace("-", "")
        self.style = Style(has_colour, has_unicode=encoding == "utf8")
        self.is_ended = False
        self._keyboard = sys.stdin.fileno()
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._text = ""
        self._open = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            before = termios.tcgetattr(self._keyboard)
            opening.callback(self._restore, before)
            for number in _ENDING:
                opening.callback(signal.signal, number, signal.signal(number, self._end))
            suspended = signal.signal(signal.SIGTSTP, signal.SIG_IGN)
            opening.callback(signal.signal, signal.SIGTSTP, suspended)
            tty.setcbreak(self._keyboard)
            self._write(_ENTER)
            self._open = opening.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    @property
    def size(self) -> tuple[int, int]:
        """The columns and rows, as they are now."""
        columns, rows = shutil.get_terminal_size()
        return columns, rows

    def show(self, lines: Sequence[str]) -> None:
        """Draws the screen: these lines at its top, and nothing below them."""
        # Drawn over what is there, so that nothing flickers.
        text = "\r\n".join(f"{line}{_TO_END_OF_LINE}" for line in lines)
        self._write(f"{_HOME}{text}{_TO_END_OF_SCREEN}")

    def keys(self, timeout_seconds: float) -> list[str]:
        """Returns the keys that were pressed, after a wait for the first one.

        A key is a character, or the escape sequence of a function key.
        """
        self._read(timeout_seconds)
        if self._text.endswith(_ESCAPE):
            self._read(_ESCAPE_SECONDS)
        keys = _KEY.findall(self._text)
        self._text = ""
        return keys

    def _read(self, timeout_seconds: float) -> None:
        if self.is_ended or not select.select([self._keyboard], [], [], timeout_seconds)[0]:
            return
        try:
            content = os.read(self._keyboard, _READ_BYTES)
        except OSError:  # the terminal is gone
            content = b""
        if not content:
            self.is_ended = True
        self._text += self._decoder.decode(content)

    def _write(self, text: str) -> None:
        try:
            self._out.write(text)
            self._out.flush()
        except OSError:  # the terminal is gone
            self.is_ended = True
            _discard_output(self._out)

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        self.is_ended = True

    def _restore(self, before: list[int | list[bytes | int]]) -> None:
        self._write(_LEAVE)
        with suppress(termios.error):  # the terminal is gone
            termios.tcsetattr(self._keyboard, termios.TCSADRAIN, before)


def _discard_output(out: TextIO) -> None:
    """Lets what is still to be written, here and at the end of the program, succeed."""
    null = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (out.fileno(), sys.stderr.fileno()):
        os.dup2(null, descriptor)
    os.close(null)
