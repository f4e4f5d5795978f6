"""A line on the terminal that shows how far teaching is."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Self, TextIO

from soundpost.cli.progress.line import ProgressLine, bar
from soundpost.system.printable import printable

_NAME_WIDTH = 30


class StepProgress:
    """Draws a bar for each step.

    Args:
        terminal: Receives the line; nothing is written if it is not a terminal.
        monotonic_seconds: The clock.
    """

    def __init__(
        self, terminal: TextIO, monotonic_seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._line = ProgressLine(terminal, monotonic_seconds)
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._open.enter_context(self._line.beside_the_log())
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def show(self, step: str, done: int, total: int, name: str) -> None:
        """Draws the line, if it is due.

        Args:
            step: The step.
            done: What is done of it.
            total: All of it.
            name: The present clip; may be empty.
        """
        if total:
            self._line.draw(
                lambda: f"{bar(done, total)} {step} {done}/{total}  {printable(name, _NAME_WIDTH)}"
            )
