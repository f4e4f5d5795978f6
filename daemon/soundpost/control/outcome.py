"""What came of a command."""

from dataclasses import dataclass
from typing import Protocol

from soundpost.publish.result import Status


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is told of a command, see `soundpost.publish.result.ResultMessage`."""

    status: Status
    message: str
    hint: str = ""
    clip: str | None = None


class Deed(Protocol):
    """Something that takes its time."""

    def go_on(self, *, is_over: bool) -> Outcome | None:
        """Do a little more; what came of it, or None while it goes on.

        Args:
            is_over: Whether nothing more is heard, so that it must come to an end.
        """
