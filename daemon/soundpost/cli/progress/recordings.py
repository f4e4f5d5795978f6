"""A line on the terminal that shows how far a run over recordings is."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from soundpost.cli.progress.line import ProgressLine, bar
from soundpost.system.printable import printable
from soundpost.system.units import clock_duration

_NAME_WIDTH = 30


class Progress(ProgressLine):
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
        super().__init__(terminal, monotonic_seconds)
        self._total = total

    def show(self, done: int, recording: Path, captured_seconds: float) -> None:
        """Draws the line, if it is due.

        Args:
            done: Recordings that are finished.
            recording: The present one.
            captured_seconds: Its sound until now.
        """

        def text() -> str:
            name = printable(recording.name, _NAME_WIDTH)
            position = clock_duration(captured_seconds)
            return f"{bar(done, self._total)} {done + 1}/{self._total}  {position}  {name}"

        self.draw(text)
