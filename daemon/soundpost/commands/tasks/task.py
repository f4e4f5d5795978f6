"""Commands that take longer than one chunk."""

from typing import Protocol

from soundpost.commands.self_test import SelfTests
from soundpost.commands.targets import CommandTargets
from soundpost.errors import SelfTestError
from soundpost.evidence import Evidence, NoClipReason
from soundpost.messages.command import LiveViewCommand
from soundpost.messages.result import CommandOutcome, CommandStatus


class CommandTask(Protocol):
    """A command that is still running."""

    def advance(self, *, is_last: bool) -> CommandOutcome | None:
        """Does a little more; returns the outcome, or None while the task runs.

        Args:
            is_last: True if no more sound comes, so that the task must end.
        """


_NO_CLIP = {
    NoClipReason.WITHHELD: (
        "there is speech in it",
        "evidence.privacy forbids clips with speech in them",
    ),
    NoClipReason.LOST: (
        "it could not be stored",
        "see the log: the disk may be full, or there was no sound",
    ),
}


def renew_live_view(command: LiveViewCommand, targets: CommandTargets) -> CommandOutcome:
    """Sends the live view for some seconds more; returns the outcome."""
    if targets.live_view is None:
        hint = "set mqtt.live_view in its configuration"
        return CommandOutcome(CommandStatus.REFUSED, "the live view of this node is off", hint)
    targets.live_view.renew(command.seconds)
    return CommandOutcome(CommandStatus.DONE, f"the live view is sent for {command.seconds:g} s")


class ClipTask:
    """Waits for a requested clip.

    Args:
        evidence: Records it.
    """

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence

    def advance(self, *, is_last: bool) -> CommandOutcome | None:
        """Returns the name of the clip, or why there is none; None while it is recorded."""
        clip = self._evidence.requested_clip(is_last=is_last)
        match clip:
            case None:
                return None
            case NoClipReason():
                why, hint = _NO_CLIP[clip]
                return CommandOutcome(CommandStatus.FAILED, f"there is no clip: {why}", hint)
        cut = ", cut short: no more sound comes" if is_last else ""
        return CommandOutcome(CommandStatus.DONE, f"the clip is stored{cut}", clip=clip)


class SelfTestTask:
    """Runs the self-tests of all models, one step between two chunks.

    Args:
        self_tests: The tests.
    """

    def __init__(self, self_tests: SelfTests) -> None:
        self._self_tests = self_tests
        self._steps = self_tests.steps()

    def advance(self, *, is_last: bool) -> CommandOutcome | None:
        """Takes one step, or all that are left if it is the last call; returns the outcome."""
        try:
            for _ in self._steps:
                if not is_last:
                    return None
        except SelfTestError as error:
            return CommandOutcome(CommandStatus.FAILED, str(error), error.hint)
        recognised = [
            f"{test.sound.label} was recognised: expected at {test.sound.needed_score:.3f} "
            f"or more, got {test.best_score:.3f}"
            for test in self._self_tests.tests
        ]
        return CommandOutcome(CommandStatus.DONE, "; ".join(recognised))
