"""Plain lines: for a pipe, a file, a dumb terminal."""

from types import TracebackType
from typing import Self, TextIO

from soundpost.cli.watch.format import event_line, state_line
from soundpost.cli.watch.view import View
from soundpost.events import Detection

STATE_SECONDS = 5.0
"""After so much sound it is said how it is."""


class PlainOutput:
    """Writes a line for each state of an event, and one now and then about the rest.

    Args:
        out: Where the lines go.
    """

    has_screen = False
    wants_to_end = False

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._due_seconds = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def show(self, sight: View, detections: list[Detection]) -> None:
        """Write what is new."""
        lines = [event_line(detection) for detection in detections]
        if sight.heard_seconds >= self._due_seconds:
            lines.append(state_line(sight))
            self._due_seconds = sight.heard_seconds + STATE_SECONDS
        if lines:
            self._out.write("\n".join(lines) + "\n")
            self._out.flush()
