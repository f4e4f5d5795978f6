"""A line on the terminal that shows how far an analysis is, its speed, and the time left."""

import time
from collections.abc import Callable, Sequence
from typing import TextIO

from soundpost.archive.files import ArchiveFile
from soundpost.cli.progress.line import ProgressLine, bar
from soundpost.system.units import clock_duration, rough_duration


class AnalysisProgress(ProgressLine):
    """Draws a bar over the bytes of the files, because lengths are not known before the end.

    The time that is left follows from the bytes of the files that are over. Those that an earlier
    run had done count for the bar, and not for the speed.

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
        self._positions: dict[str, float] = {}

    def start(self, done: int, files: Sequence[ArchiveFile]) -> None:
        """Begins with the files that are to be analyzed, after some that are done."""
        self._started_seconds = self._now()
        self._done, self._total = done, done + len(files)
        self._total_bytes = sum(file.size_bytes for file in files)

    def move(self, file: ArchiveFile, seconds: float) -> None:
        """Draws the line with the position in a file, if it is due."""
        self._positions[file.key] = seconds
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
        sound_seconds = self._sound_seconds + sum(self._positions.values())
        parts = [
            f"{bar(self._done_bytes, max(self._total_bytes, 1))} {self._done}/{self._total}",
            f"{clock_duration(sound_seconds)} of sound",
            f"{sound_seconds / elapsed_seconds:.0f} x real time",
        ]
        if self._done_bytes:
            left_bytes = self._total_bytes - self._done_bytes
            left_seconds = elapsed_seconds * left_bytes / self._done_bytes
            parts.append(f"{rough_duration(round(left_seconds))} left")
        return "  ".join(parts)
