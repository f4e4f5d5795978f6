"""Carries out commands, each id once, and remembers what a restart must not forget."""

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from soundpost.clock import clock_state
from soundpost.control.deeds import Capture, SelfTest
from soundpost.control.ears import Ears
from soundpost.control.ledger import Ledger
from soundpost.control.memory import Memory, Remembered
from soundpost.control.outcome import Deed, Outcome
from soundpost.control.tuning import Tuning, until
from soundpost.errors import PublishError, SoundpostError
from soundpost.evidence import Evidence, Request
from soundpost.publish.command import (
    CaptureNow,
    Mute,
    Profile,
    Reload,
    Selftest,
    Threshold,
    Unmute,
)
from soundpost.publish.porter import Asked, Porter
from soundpost.publish.result import Status
from soundpost.publish.settings import SettingsMessage
from soundpost.publish.uuid7 import uuid7
from soundpost.trial import Trial

_FORGETFUL = "a restart forgets it: there is no folder for the node's state, or its disk is full"

_log = logging.getLogger("soundpost.control")


@dataclass(frozen=True, slots=True)
class Means:
    """What a steward does things with.

    Attributes:
        tuning: Mutes, thresholds and profiles.
        evidence: Clips.
        trial: Makes a self-test.
        reload: Reads the configuration again, and begins anew with it; raises what is wrong.
        tell: Told the settings whenever they change.
        ears: When it is, by the sound.
    """

    tuning: Tuning
    evidence: Evidence
    trial: Callable[[], Trial]
    reload: Callable[[], None]
    tell: Callable[[SettingsMessage], None]
    ears: Ears


class Steward:
    """Carries out at most one command between two chunks, so that sound is never kept waiting.

    Args:
        porter: Who takes commands and tells results.
        means: What they are carried out with.
        memory: Where they are remembered.
    """

    def __init__(self, porter: Porter, means: Means, memory: Memory) -> None:
        self._porter = porter
        self._means = means
        self._memory = memory
        self._ledger = Ledger(memory.remembered.results)
        self._going: list[tuple[Asked, Deed]] = []
        self._told: SettingsMessage | None = None
        self._rng = random.SystemRandom()

    def go_on(self, *, is_over: bool = False) -> None:
        """Do what there is to do.

        Args:
            is_over: Whether nothing more is heard for now.
        """
        for asked, deed in list(self._going):
            if outcome := deed.go_on(is_over=is_over):
                self._going.remove((asked, deed))
                self._note(asked, outcome)
        if asked_now := self._porter.take():
            self._obey(asked_now)
        settings = self._means.tuning.settings(self._utc_ns())
        if settings != self._told:
            self._told = settings
            self._means.tell(settings)

    def close(self) -> None:
        """Bring to an end what goes on, and refuse what waits."""
        self.go_on(is_over=True)
        while asked := self._porter.take():
            result = self._porter.word(
                asked, Status.REFUSED, "the node is stopping", hint="send it again when it is back"
            )
            self._porter.answer(result, asked.sender)

    def _obey(self, asked: Asked) -> None:
        try:
            known = self._ledger.find(asked.name, asked.command)
        except PublishError as error:
            result = self._porter.word(asked, Status.REFUSED, str(error), hint=error.hint)
            self._porter.answer(result, asked.sender)
            return
        if known is not None:
            self._porter.answer(known, asked.sender)
            return
        try:
            outcome = self._do(asked)
        except SoundpostError as error:
            outcome = Outcome(Status.REFUSED, str(error), error.hint)
        self._note(asked, outcome)

    def _do(self, asked: Asked) -> Outcome:
        tuning, command = self._means.tuning, asked.command
        match command:
            case Mute():
                message = tuning.mute(command.labels, until(self._utc_ns(), command.minutes))
            case Unmute():
                message = tuning.unmute(command.labels)
            case Threshold():
                message = tuning.set_threshold(command.label, command.on)
            case Profile():
                message = tuning.set_profile(command.label, command.profile)
            case Selftest():
                self._going.append((asked, SelfTest(self._means.trial())))
                return Outcome(Status.STARTED, "a known sound is listened to")
            case CaptureNow():
                return self._capture(asked, command)
            case Reload():
                self._means.reload()
                return Outcome(Status.DONE, "the configuration is read again")
            case _:
                raise AssertionError(f"nobody does {command!r}")
        return Outcome(Status.DONE, message)

    def _capture(self, asked: Asked, command: CaptureNow) -> Outcome:
        clip_id = str(uuid7(self._utc_ns(), self._rng))
        request = Request(clip_id, command.id, command.seconds, clock_state())
        self._means.evidence.ask(request)
        self._going.append((asked, Capture(self._means.evidence)))
        return Outcome(Status.STARTED, f"the next {command.seconds:g} s are kept")

    def _note(self, asked: Asked, outcome: Outcome) -> None:
        """Remember what came of it, then tell it."""
        result = self._porter.word(
            asked, outcome.status, outcome.message, hint=outcome.hint, clip=outcome.clip
        )
        self._ledger.note(asked.name, asked.command, result)
        remembered = Remembered(
            hush=self._means.tuning.hush.state,
            overrides=self._means.tuning.overrides,
            results=self._ledger.entries,
        )
        is_lasting = self._memory.write(remembered)
        if not is_lasting and isinstance(asked.command, Mute | Unmute | Threshold | Profile):
            result = msgspec.structs.replace(result, hint=result.hint or _FORGETFUL)
        _log.info(
            "command %s %s: %s: %s", asked.name, asked.command.id, result.status, result.message
        )
        self._porter.answer(result, asked.sender)

    def _utc_ns(self) -> int:
        """Now, by the sound; by the wall clock while there is none."""
        return max(self._means.ears.utc_ns, time.time_ns())
