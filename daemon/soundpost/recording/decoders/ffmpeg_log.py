"""The log of an ffmpeg process: the duration that the file states, and the last errors."""

import re
import threading
from collections import deque
from typing import IO

_DURATION = re.compile(r"Duration: (\d+):(\d+):(\d+\.\d+)")
_ESTIMATED = "Estimating duration from bitrate"
_ERROR = re.compile(r"\[(?:error|fatal|panic)\] ?")
_SOURCE = re.compile(r"file:/dev/fd/\d+")
"""The name by which ffmpeg opens the file; its number says nothing, and differs between runs."""

_LINES = 10
"""Last lines that are kept: those of a damaged file repeat themselves."""

_LINE_BYTES = 4_096
"""Longest line: a title in the file may have any length."""

_JOIN_SECONDS = 5.0
"""The log ends with the process, unless a child of it lives on."""


class FfmpegLog:
    """Reads the log in a thread, so that the process never waits for it.

    Args:
        file: The standard error of a process that logs with `-v level+info`.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._lines: deque[str] = deque(maxlen=_LINES)
        self._errors: deque[str] = deque(maxlen=_LINES)
        self._is_estimated = False
        self._duration_seconds: float | None = None
        self._thread = threading.Thread(target=self._read, name="ffmpeg log", daemon=True)
        self._thread.start()

    @property
    def duration_seconds(self) -> float | None:
        """The duration that the file states; None if it states none."""
        return None if self._is_estimated else self._duration_seconds

    @property
    def reason(self) -> str:
        """The last error, or else the last line; empty if there is none."""
        lines = self._errors or self._lines
        return lines[-1] if lines else ""

    @property
    def errors(self) -> tuple[str, ...]:
        """The last errors, at most ten, oldest first."""
        return tuple(self._errors)

    @property
    def has_errors(self) -> bool:
        """True if an error was logged."""
        return bool(self._errors)

    def wait(self) -> None:
        """Waits for the end of the log."""
        self._thread.join(_JOIN_SECONDS)

    def _read(self) -> None:
        while data := self._file.readline(_LINE_BYTES):
            line = _SOURCE.sub("the file", data.decode(errors="replace").strip())
            if duration := _DURATION.search(line):
                hours, minutes, seconds = duration.groups()
                self._duration_seconds = int(hours) * 3600 + int(minutes) * 60 + float(seconds)
            self._is_estimated |= _ESTIMATED in line
            if error := _ERROR.search(line):
                self._errors.append(line[error.end() :])
            elif line:
                self._lines.append(line)
