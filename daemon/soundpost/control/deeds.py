"""What takes longer than from one chunk to the next."""

from soundpost.control.outcome import Outcome
from soundpost.errors import TrialError
from soundpost.evidence import Evidence, Why
from soundpost.publish.result import Status
from soundpost.trial import Trial

_NO_CLIP = {
    Why.WITHHELD: ("somebody speaks in it", "evidence.privacy forbids clips with speech in them"),
    Why.LOST: ("it could not be stored", "see the log: is the disk full, was anything heard?"),
}


class Capture:
    """Waits for a clip that was asked for.

    Args:
        evidence: Who was asked.
    """

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence

    def go_on(self, *, is_over: bool) -> Outcome | None:
        """What came of it; None while it goes on."""
        clip = self._evidence.asked_for(is_over=is_over)
        match clip:
            case None:
                return None
            case Why():
                why, hint = _NO_CLIP[clip]
                return Outcome(Status.FAILED, f"there is no clip: {why}", hint)
        cut = ", cut short: nothing more is heard" if is_over else ""
        return Outcome(Status.DONE, f"the clip is stored{cut}", clip=clip)


class SelfTest:
    """Lets a known sound pass through rooms of its own, a step at a time.

    Args:
        trial: The rooms.
    """

    def __init__(self, trial: Trial) -> None:
        self._trial = trial
        self._steps = trial.listen()

    def go_on(self, *, is_over: bool) -> Outcome | None:
        """What came of it; None while it goes on."""
        try:
            for _ in self._steps:
                if not is_over:
                    return None
        except TrialError as error:
            return Outcome(Status.FAILED, str(error), error.hint)
        sound, got = self._trial.sound, self._trial.best_score
        return Outcome(
            Status.DONE,
            f"{sound.label} was recognised: expected at {sound.needed_score:.3f} or more, "
            f"got {got:.3f}",
        )
