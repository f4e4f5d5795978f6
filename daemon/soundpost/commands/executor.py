"""Carries out commands, each id once, and remembers what a restart must not forget."""

import logging
import random
import time
from collections.abc import Callable

import msgspec

from soundpost.audio import NANOSECONDS
from soundpost.commands.context import CommandContext
from soundpost.commands.history import CommandHistory
from soundpost.commands.live_settings import until
from soundpost.commands.state_file import CommandState, StateFile
from soundpost.commands.tasks import ClipTask, CommandOutcome, CommandTask, SelfTestTask
from soundpost.errors import PublishError, SoundpostError
from soundpost.evidence import Request
from soundpost.messages.command import (
    CaptureNow,
    Mute,
    Profile,
    Reload,
    Selftest,
    Threshold,
    Unmute,
)
from soundpost.messages.result import Status
from soundpost.messages.uuid7 import uuid7
from soundpost.publish.inbox.inbox import STOPPING_HINT, CommandInbox, PendingCommand
from soundpost.system.clock import clock_state

_FORGETFUL = "a restart forgets it: there is no folder for the node's state, or its disk is full"

RESTS = 5
"""One takes no more than a fifth of the time."""

LOOKS_NS = NANOSECONDS
"""How often it is seen whether a mute is over: not with every chunk, for there may be hundreds."""

_log = logging.getLogger("soundpost.control")


class CommandExecutor:
    """Carries out at most one command between two chunks, and rests after each.

    So however many come, and however slow the disk is, sound is not kept waiting for long.

    Args:
        porter: Who takes commands and tells results.
        means: What they are carried out with.
        memory: Where they are remembered.
        monotonic_seconds: The clock by which it rests.
    """

    def __init__(
        self,
        porter: CommandInbox,
        means: CommandContext,
        memory: StateFile,
        *,
        monotonic_seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._porter = porter
        self._monotonic_seconds = monotonic_seconds
        self._rested_seconds = 0.0
        self._means = means
        self._memory = memory
        self._ledger = CommandHistory(memory.remembered.results)
        self._going: list[tuple[PendingCommand, CommandTask]] = []
        self._told: object = None
        self._looked_ns = 0
        self._rng = random.SystemRandom()

    def go_on(self, *, is_over: bool = False) -> None:
        """Do what there is to do.

        Args:
            is_over: Whether nothing more is heard for now.
        """
        self._go_on_with(is_over=is_over)
        began_seconds = self._monotonic_seconds()
        if began_seconds >= self._rested_seconds and (asked := self._porter.take()):
            self._obey(asked)
            self._looked_ns = 0
            took_seconds = self._monotonic_seconds() - began_seconds
            self._rested_seconds = began_seconds + RESTS * took_seconds
        self._look(self._utc_ns())

    def close(self) -> None:
        """Bring to an end what goes on, and refuse what waits."""
        self._porter.close()
        self._go_on_with(is_over=True)
        while asked := self._porter.take():
            self._refuse(asked, PublishError("the node is stopping", hint=STOPPING_HINT))

    def _look(self, utc_ns: int) -> None:
        """Tell the settings if they changed: by a command, or because a mute is over."""
        if abs(utc_ns - self._looked_ns) < LOOKS_NS:
            return
        self._looked_ns = utc_ns
        settings = self._means.tuning.settings(utc_ns)
        if settings != self._told:
            self._told = settings
            self._means.tell(settings)

    def _go_on_with(self, *, is_over: bool) -> None:
        """Do a little more of what takes its time."""
        for asked, deed in list(self._going):
            if outcome := deed.go_on(is_over=is_over):
                self._going.remove((asked, deed))
                self._note(asked, outcome)

    def _refuse(self, asked: PendingCommand, error: SoundpostError) -> None:
        """Refuse it, and forget that it was there."""
        result = self._porter.word(asked, Status.REFUSED, str(error), hint=error.hint)
        self._porter.answer(result, asked.sender)

    def _obey(self, asked: PendingCommand) -> None:
        try:
            known = self._ledger.find(asked.name, asked.command)
        except PublishError as error:
            self._refuse(asked, error)
            return
        if known is not None:
            self._porter.answer(known, asked.sender)
            return
        self._means.health.commands += 1
        try:
            outcome = self._do(asked)
        except SoundpostError as error:
            outcome = CommandOutcome(Status.REFUSED, str(error), error.hint)
        self._note(asked, outcome)

    def _do(self, asked: PendingCommand) -> CommandOutcome:
        tuning, command = self._means.tuning, asked.command
        match command:
            case Mute() if command.minutes:
                message = tuning.mute(command.labels, until(self._utc_ns(), command.minutes))
            case Mute() | Unmute():
                message = tuning.unmute(command.labels)
            case Threshold():
                message = tuning.set_threshold(command.label, command.on)
            case Profile():
                message = tuning.set_profile(command.label, command.profile)
            case Selftest():
                return self._test(asked)
            case CaptureNow():
                return self._capture(asked, command)
            case Reload():
                self._means.reload()
                return CommandOutcome(Status.DONE, "the configuration is read again")
            case _:
                raise AssertionError(f"nobody does {command!r}")
        return CommandOutcome(Status.DONE, message)

    def _test(self, asked: PendingCommand) -> CommandOutcome:
        if any(isinstance(deed, SelfTestTask) for _, deed in self._going):
            raise PublishError("a self-test goes on already", hint="wait for its result")
        self._going.append((asked, SelfTestTask(self._means.trial())))
        return CommandOutcome(Status.STARTED, "a known sound is listened to")

    def _capture(self, asked: PendingCommand, command: CaptureNow) -> CommandOutcome:
        clip_id = str(uuid7(self._utc_ns(), self._rng))
        request = Request(clip_id, command.id, command.seconds, clock_state())
        self._means.evidence.ask(request)
        self._going.append((asked, ClipTask(self._means.evidence)))
        return CommandOutcome(Status.STARTED, f"the next {command.seconds:g} s are kept")

    def _note(self, asked: PendingCommand, outcome: CommandOutcome) -> None:
        """Remember what came of it, then tell it."""
        result = self._porter.word(
            asked, outcome.status, outcome.message, hint=outcome.hint, clip=outcome.clip
        )
        self._ledger.note(asked.name, asked.command, result)
        remembered = CommandState(
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
