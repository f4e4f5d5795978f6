"""One thing tried after another, and a line about each."""

from collections.abc import Callable
from typing import TextIO, TypeVar

from soundpost.errors import SoundpostError

Result = TypeVar("Result")


class Checklist:
    """Tries one thing after another and writes a line about each.

    Args:
        out: Where the lines go.

    Attributes:
        status: The exit status: that of the first step that failed, else 0.
    """

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self.status = 0

    def attempt(
        self, name: str, step: Callable[[], Result], describe: Callable[[Result], str]
    ) -> Result | None:
        """What the step gives, or None when it fails."""
        try:
            result = step()
        except SoundpostError as error:
            self._out.write(f"FAIL  {name:7} {error}\n{'':14}hint: {error.hint}\n")
            self.status = self.status or error.exit_status
            return None
        self._out.write(f"ok    {name:7} {describe(result)}\n")
        return result
