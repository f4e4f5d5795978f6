"""Runs steps one after another and prints a line for each."""

from collections.abc import Callable
from typing import TextIO, TypeVar

from soundpost.errors import EX_CONFIG, SoundpostError
from soundpost.system.printable import printable

Result = TypeVar("Result")


class Checklist:
    """Runs steps one after another and prints `ok` or `FAIL` with a hint for each.

    Args:
        out: Receives the lines.

    Attributes:
        status: 78 if a step found the configuration wrong, because only a person can mend that;
            else the exit status of the first step that failed; else 0.
    """

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self.status = 0

    def attempt(
        self, name: str, step: Callable[[], Result], describe: Callable[[Result], str]
    ) -> Result | None:
        """Runs a step; returns its result, or None if it fails."""
        try:
            result = step()
        except SoundpostError as error:
            reason, hint = printable(str(error)), printable(error.hint)
            self._out.write(f"FAIL  {name:7} {reason}\n{'':14}hint: {hint}\n")
            if error.exit_status == EX_CONFIG:
                self.status = EX_CONFIG
            self.status = self.status or error.exit_status
            return None
        self._out.write(f"ok    {name:7} {printable(describe(result))}\n")
        return result
