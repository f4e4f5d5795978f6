"""Plain lines, for a pipe, a file or a dumb terminal."""

from types import TracebackType
from typing import Self, TextIO

from soundpost.cli.watch.format import event_line, state_line
from soundpost.cli.watch.view import View
from soundpost.events import Detection

STATE_SECONDS = 5.0
"""A line for the state follows after every 5 s of sound."""


class PlainOutput:
    """Prints a line for each state of an event, and one for the state every few seconds.

    Args:
        out: Receives the lines.
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

    def show(self, view: View, detections: list[Detection]) -> None:
        """Prints new detections, and the state when it is due."""
        lines = [event_line(detection, view) for detection in detections]
        if view.captured_seconds >= self._due_seconds:
            lines.append(state_line(view))
            self._due_seconds = view.captured_seconds + STATE_SECONDS
        if lines:
            self._out.write("\n".join(lines) + "\n")
            self._out.flush()
