"""The command `teach`: waits for the process that teaches, and reads its result."""

import logging
import re
import signal
from collections.abc import Callable
from typing import NamedTuple, TypeVar

import msgspec

from soundpost.commands.tasks.teach_process import Ended, TeachProcess
from soundpost.messages.command import TeachCommand
from soundpost.messages.result import (
    MOST_REPORTED,
    CommandOutcome,
    CommandStatus,
    FalseDetection,
    TeachReport,
    UnusedClip,
)
from soundpost.system.printable import printable
from soundpost.teach.result import ChangeResult, TeachFailure, TeachResult

PAUSE_SECONDS, RESUME_SECONDS = 1.0, 0.3
"""Of sound that waits: a tenth of `capture.queue_seconds`, beyond which sound is lost, and little
more than the chunks of an idle node."""
_STOPPING = ("the node is stopping", "send it again, with a new id, when it is back")
_REASONS = {
    -signal.SIGXCPU: "it took too long",
    -signal.SIGKILL: "it was killed: memory may be short",
}
"""By the exit status."""
_FLAG = re.compile(r"--(again|budget|not|remove|undo)\b")
"""The flags of `soundpost teach` for which a command has a key of the same name."""
_FEWER = "teach it from fewer clips, or on another machine: docs/TEACHING.md"

Kind = TypeVar("Kind")
_log = logging.getLogger("soundpost.control")


class NodeLoad(NamedTuple):
    """The state of the node on which the process depends.

    Attributes:
        is_stopping: Returns whether the node is stopping.
        queue_seconds: Returns the sound that waits to be classified.
    """

    is_stopping: Callable[[], bool]
    queue_seconds: Callable[[], float]


class TeachTask:
    """Waits for the process that teaches a label; ends it when the node stops.

    The process stands still while sound waits: so it delays none, also where a filter of system
    calls keeps it at the priority of the daemon, as in the unit.

    Args:
        command: The command.
        process: The process.
        node: The state of the node.
    """

    def __init__(self, command: TeachCommand, process: TeachProcess, node: NodeLoad) -> None:
        self._command = command
        self._process = process
        self._node = node
        self._is_paused = False

    def advance(self, *, is_last: bool) -> CommandOutcome | None:  # noqa: ARG002 - it needs no sound
        """Returns the outcome at the end of the process, else None."""
        if ended := self._process.poll():
            return teach_outcome(self._command, ended)
        if self._node.is_stopping():
            return self._end(*_STOPPING)
        if self._process.is_too_long:
            return self._end(f"{self._command.label} is not taught: it took too long", _FEWER)
        limit_seconds = RESUME_SECONDS if self._is_paused else PAUSE_SECONDS
        self._is_paused = self._node.queue_seconds() > limit_seconds
        self._process.pause(is_paused=self._is_paused)
        return None

    def _end(self, message: str, hint: str) -> CommandOutcome:
        """Kills the process; returns its own outcome if there is one, else a failure."""
        self._process.kill()
        # A whole line is the result of what is stored already. To end then takes a process that
        # gives way to all else up to seconds, and an undo that is sent again is a second one.
        output = self._process.output
        if output.endswith(b"\n"):
            return teach_outcome(self._command, Ended(0, output, b""))
        return CommandOutcome(CommandStatus.FAILED, message, hint)


def teach_outcome(command: TeachCommand, ended: Ended) -> CommandOutcome:
    """Returns the outcome of a command by the end of its process.

    Args:
        command: The command.
        ended: The end of the process.
    """
    if ended.status in {0, 1} and (outcome := _read(command, ended.output)):
        return outcome
    if failure := _decode(ended.output, TeachFailure):
        return CommandOutcome(CommandStatus.FAILED, failure.error, _with_keys(failure.hint))
    log = printable(ended.log.decode("utf-8", "replace").strip())
    _log.warning("teaching %s ended with status %d: %s", command.label, ended.status, log)
    reason = _REASONS.get(ended.status, f"its process ended with status {ended.status}")
    if "MemoryError" in log or "Unable to allocate" in log:
        reason = "it needs more memory than it may take"
    text = f"{command.label} is not taught: {reason}"
    return CommandOutcome(CommandStatus.FAILED, text, _FEWER)


def _read(command: TeachCommand, output: bytes) -> CommandOutcome | None:
    """Returns the outcome of a process that has done its work; None if it has not."""
    if command.undo or command.remove:
        changed = _decode(output, ChangeResult)
        if changed is None:
            return None
        text = "removed" if changed.version is None else f"version {changed.version} again"
        return CommandOutcome(CommandStatus.DONE, f"{changed.label} is {text}", reloads=True)
    result = _decode(output, TeachResult)
    if result is None:
        return None
    report = _report(result)
    if result.refusal is not None:
        text = f"{result.label} is not taught: {result.refusal.reason}"
        hint = _with_keys(result.refusal.hint)
        return CommandOutcome(CommandStatus.FAILED, text, hint, teach=report)
    is_stored = result.version is not None
    stored = f"is taught, version {result.version}" if is_stored else "would be taught"
    text = f"{result.label} {stored}: {_in_words(result)}"
    return CommandOutcome(CommandStatus.DONE, text, teach=report, reloads=is_stored)


def _with_keys(hint: str) -> str:
    """Returns a hint with the keys of a command in place of the flags of the command line."""
    return _FLAG.sub(r"`\1`", hint)


def _in_words(result: TeachResult) -> str:
    figures = result.figures
    detected = f"{figures.detected} of {figures.recordings} recordings are detected"
    if figures.events_per_hour is None:
        return f"{detected}; false events are not known, without any background"
    number = round(figures.events_per_hour * figures.negative_hours)
    minutes = figures.negative_hours * 60
    return (
        f"{detected}, and {number} false event{'' if number == 1 else 's'} in "
        f"{minutes:.{int(minutes < 1)}f} min of background and other sounds"
    )


def _report(result: TeachResult) -> TeachReport:
    figures, refusal = result.figures, result.refusal
    events = refusal.events if refusal is not None else figures.events
    return TeachReport(
        label=result.label,
        version=result.version,
        recordings=figures.recordings,
        detected=figures.detected,
        missed=[printable(name) for name in figures.missed[:MOST_REPORTED]],
        negative_hours=round(figures.negative_hours, 4),
        background_hours=round(figures.background_hours, 4),
        false_events_per_hour=figures.events_per_hour,
        budget=figures.budget,
        false_events=[
            FalseDetection(each.name, round(each.seconds, 2), round(each.score, 4), each.time)
            for each in events[:MOST_REPORTED]
        ],
        unused=[
            UnusedClip(each.path.rpartition("/")[2], each.reason)
            for each in result.left_out[:MOST_REPORTED]
        ],
    )


def _decode(output: bytes, kind: type[Kind]) -> Kind | None:
    try:
        return msgspec.json.decode(output, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
