"""The errors of reading a recording; a caller may catch both as `CaptureError`."""

from pathlib import Path

from soundpost.errors import CaptureError
from soundpost.system.printable import printable


class RecordingError(CaptureError):
    """A recording cannot be read.

    Args:
        path: The file.
        problem: What is wrong, to be read behind the name: `is empty`.
        hint: The remedy.
    """

    def __init__(self, path: Path, problem: str, *, hint: str) -> None:
        super().__init__(f"{printable(str(path))} {problem}", hint=hint)
        self.problem = problem


class UnreadableError(RecordingError):
    """The file cannot be opened, or holds nothing that can be decoded."""


class InvalidSoundError(RecordingError):
    """The file can be decoded, but its samples are none, or are no sound."""


def problem_of(path: Path, error: CaptureError) -> str:
    """Returns what is wrong with a recording, without its path on this machine.

    Args:
        path: The file, as it was opened.
        error: Any error of reading it.
    """
    if isinstance(error, RecordingError):
        return error.problem
    return str(error).removeprefix(f"{printable(str(path))}: ")
