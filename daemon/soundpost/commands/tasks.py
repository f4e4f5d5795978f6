"""Commands that take longer than one chunk, and their outcome."""

from dataclasses import dataclass
from typing import Protocol

from soundpost.commands.self_test import SelfTest
from soundpost.errors import SelfTestError
from soundpost.evidence import Evidence, NoClipReason
from soundpost.messages.result import Status


@dataclass(frozen=True, slots=True)
class CommandOutcome:
    """What is told of a command, see `soundpost.messages.result.ResultMessage`."""

    status: Status
    message: str
    hint: str = ""
    clip: str | None = None


class CommandTask(Protocol):
    """Something that takes its time."""

    def tick(self, *, is_over: bool) -> CommandOutcome | None:
        """Do a little more; what came of it, or None while it goes on.

        Args:
            is_over: Whether nothing more is heard, so that it must come to an end.
        """


_NO_CLIP = {
    NoClipReason.WITHHELD: (
        "somebody speaks in it",
        "evidence.privacy forbids clips with speech in them",
    ),
    NoClipReason.LOST: (
        "it could not be stored",
        "see the log: is the disk full, was anything heard?",
    ),
}


class ClipTask:
    """Waits for a clip that was asked for.

    Args:
        evidence: Who was asked.
    """

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence

    def tick(self, *, is_over: bool) -> CommandOutcome | None:
        """What came of it; None while it goes on."""
        clip = self._evidence.requested_clip(is_over=is_over)
        match clip:
            case None:
                return None
            case NoClipReason():
                why, hint = _NO_CLIP[clip]
                return CommandOutcome(Status.FAILED, f"there is no clip: {why}", hint)
        cut = ", cut short: nothing more is heard" if is_over else ""
        return CommandOutcome(Status.DONE, f"the clip is stored{cut}", clip=clip)


class SelfTestTask:
    """Lets a known sound pass through rooms of its own, a step at a time.

    Args:
        self_test: The rooms.
    """

    def __init__(self, self_test: SelfTest) -> None:
        self._self_test = self_test
        self._steps = self_test.steps()

    def tick(self, *, is_over: bool) -> CommandOutcome | None:
        """What came of it; None while it goes on."""
        try:
            for _ in self._steps:
                if not is_over:
                    return None
        except SelfTestError as error:
            return CommandOutcome(Status.FAILED, str(error), error.hint)
        sound, got = self._self_test.sound, self._self_test.best_score
        return CommandOutcome(
            Status.DONE,
            f"{sound.label} was recognised: expected at {sound.needed_score:.3f} or more, "
            f"got {got:.3f}",
        )
