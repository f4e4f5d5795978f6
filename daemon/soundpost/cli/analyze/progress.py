"""A line on the terminal that shows how far an analysis is, its speed, and the time left."""

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, TextIO

from soundpost.archive.files import ArchiveFile
from soundpost.cli.progress.line import ProgressLine, bar
from soundpost.system.units import clock_duration, rough_duration

_FIRST_PART = 1_000
"""Before a file is over, a thousandth of the whole has to be read: the start of the workers would
count for most of the time before."""


class _Position(NamedTuple):
    """The position in a file that is not over.

    Attributes:
        seconds: The sound until now.
        read_bytes: The bytes of the file that this is; 0 if it is not known.
    """

    seconds: float
    read_bytes: float


class AnalysisProgress(ProgressLine):
    """Draws a bar over the bytes of the files, because lengths are not known before the end.

    The time that is left follows from the bytes of the files that are over, and from the read part
    of those that are not, once it is large enough to tell. Files that an earlier run had done count
    among the files only.

    Args:
        terminal: Receives the line; nothing is written if it is not a terminal.
        monotonic_seconds: The clock.
    """

    def __init__(
        self, terminal: TextIO, monotonic_seconds: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(terminal, monotonic_seconds)
        self._now = monotonic_seconds
        self._started_seconds = monotonic_seconds()
        self._done = 0
        self._total = 0
        self._done_bytes = 0
        self._total_bytes = 0
        self._sound_seconds = 0.0
        self._positions: dict[str, _Position] = {}

    def start(self, done: int, files: Sequence[ArchiveFile]) -> None:
        """Begins with the files that are to be analyzed, after some that are done."""
        self._started_seconds = self._now()
        self._done, self._total = done, done + len(files)
        self._total_bytes = sum(file.size_bytes for file in files)

    def move(self, file: ArchiveFile, seconds: float, share: float) -> None:
        """Draws the line with the position in a file and its part of the file, if it is due."""
        self._positions[file.key] = _Position(seconds, share * file.size_bytes)
        self.draw(self.text)

    def end(self, file: ArchiveFile, seconds: float) -> None:
        """Draws the line after a file of a length, if it is due."""
        self._positions.pop(file.key, None)
        self._done += 1
        self._done_bytes += file.size_bytes
        self._sound_seconds += seconds
        self.draw(self.text)

    def text(self) -> str:
        """Returns the line."""
        elapsed_seconds = max(self._now() - self._started_seconds, 1e-9)
        positions = self._positions.values()
        sound_seconds = self._sound_seconds + sum(position.seconds for position in positions)
        done_bytes = self._done_bytes + round(sum(position.read_bytes for position in positions))
        parts = [
            f"{bar(done_bytes, max(self._total_bytes, 1))} {self._done}/{self._total}",
            f"{clock_duration(sound_seconds)} of sound",
            f"{sound_seconds / elapsed_seconds:.0f} x real time",
        ]
        if self._done_bytes or done_bytes * _FIRST_PART >= self._total_bytes > 0:
            left_seconds = elapsed_seconds * (self._total_bytes - done_bytes) / max(1, done_bytes)
            parts.append(f"{rough_duration(round(left_seconds))} left")
        return "  ".join(parts)
