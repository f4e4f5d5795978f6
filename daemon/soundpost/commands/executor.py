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
        inbox: Who takes commands and tells results.
        context: What they are carried out with.
        state_file: Where they are remembered.
        monotonic_seconds: The clock by which it rests.
    """

    def __init__(
        self,
        inbox: CommandInbox,
        context: CommandContext,
        state_file: StateFile,
        *,
        monotonic_seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._inbox = inbox
        self._monotonic_seconds = monotonic_seconds
        self._rested_seconds = 0.0
        self._context = context
        self._state_file = state_file
        self._history = CommandHistory(state_file.state.results)
        self._going: list[tuple[PendingCommand, CommandTask]] = []
        self._told: object = None
        self._looked_ns = 0
        self._rng = random.SystemRandom()

    def tick(self, *, is_over: bool = False) -> None:
        """Do what there is to do.

        Args:
            is_over: Whether nothing more is heard for now.
        """
        self._tick_tasks(is_over=is_over)
        began_seconds = self._monotonic_seconds()
        if began_seconds >= self._rested_seconds and (asked := self._inbox.pop_command()):
            self._execute(asked)
            self._looked_ns = 0
            took_seconds = self._monotonic_seconds() - began_seconds
            self._rested_seconds = began_seconds + RESTS * took_seconds
        self._publish_settings(self._utc_ns())

    def close(self) -> None:
        """Bring to an end what goes on, and refuse what waits."""
        self._inbox.close()
        self._tick_tasks(is_over=True)
        while asked := self._inbox.pop_command():
            self._refuse(asked, PublishError("the node is stopping", hint=STOPPING_HINT))

    def _publish_settings(self, utc_ns: int) -> None:
        """Tell the settings if they changed: by a command, or because a mute is over."""
        if abs(utc_ns - self._looked_ns) < LOOKS_NS:
            return
        self._looked_ns = utc_ns
        settings = self._context.live_settings.settings(utc_ns)
        if settings != self._told:
            self._told = settings
            self._context.tell(settings)

    def _tick_tasks(self, *, is_over: bool) -> None:
        """Do a little more of what takes its time."""
        for asked, task in list(self._going):
            if outcome := task.tick(is_over=is_over):
                self._going.remove((asked, task))
                self._finish(asked, outcome)

    def _refuse(self, asked: PendingCommand, error: SoundpostError) -> None:
        """Refuse it, and forget that it was there."""
        result = self._inbox.build_result(asked, Status.REFUSED, str(error), hint=error.hint)
        self._inbox.queue_result(result, asked.reply_to)

    def _execute(self, asked: PendingCommand) -> None:
        try:
            known = self._history.find(asked.name, asked.command)
        except PublishError as error:
            self._refuse(asked, error)
            return
        if known is not None:
            self._inbox.queue_result(known, asked.reply_to)
            return
        self._context.health.commands += 1
        try:
            outcome = self._dispatch(asked)
        except SoundpostError as error:
            outcome = CommandOutcome(Status.REFUSED, str(error), error.hint)
        self._finish(asked, outcome)

    def _dispatch(self, asked: PendingCommand) -> CommandOutcome:
        live_settings, command = self._context.live_settings, asked.command
        match command:
            case Mute() if command.minutes:
                message = live_settings.mute(command.labels, until(self._utc_ns(), command.minutes))
            case Mute() | Unmute():
                message = live_settings.unmute(command.labels)
            case Threshold():
                message = live_settings.set_threshold(command.label, command.on)
            case Profile():
                message = live_settings.set_profile(command.label, command.profile)
            case Selftest():
                return self._test(asked)
            case CaptureNow():
                return self._capture(asked, command)
            case Reload():
                self._context.reload()
                return CommandOutcome(Status.DONE, "the configuration is read again")
            case _:
                raise AssertionError(f"nobody does {command!r}")
        return CommandOutcome(Status.DONE, message)

    def _test(self, asked: PendingCommand) -> CommandOutcome:
        if any(isinstance(task, SelfTestTask) for _, task in self._going):
            raise PublishError("a self-test goes on already", hint="wait for its result")
        self._going.append((asked, SelfTestTask(self._context.self_test())))
        return CommandOutcome(Status.STARTED, "a known sound is listened to")

    def _capture(self, asked: PendingCommand, command: CaptureNow) -> CommandOutcome:
        clip_id = str(uuid7(self._utc_ns(), self._rng))
        request = Request(clip_id, command.id, command.seconds, clock_state())
        self._context.evidence.request_clip(request)
        self._going.append((asked, ClipTask(self._context.evidence)))
        return CommandOutcome(Status.STARTED, f"the next {command.seconds:g} s are kept")

    def _finish(self, asked: PendingCommand, outcome: CommandOutcome) -> None:
        """Remember what came of it, then tell it."""
        result = self._inbox.build_result(
            asked, outcome.status, outcome.message, hint=outcome.hint, clip=outcome.clip
        )
        self._history.record(asked.name, asked.command, result)
        state = CommandState(
            mutes=self._context.live_settings.mutes.state,
            overrides=self._context.live_settings.overrides,
            results=self._history.entries,
        )
        is_lasting = self._state_file.write(state)
        if not is_lasting and isinstance(asked.command, Mute | Unmute | Threshold | Profile):
            result = msgspec.structs.replace(result, hint=result.hint or _FORGETFUL)
        _log.info(
            "command %s %s: %s: %s", asked.name, asked.command.id, result.status, result.message
        )
        self._inbox.queue_result(result, asked.reply_to)

    def _utc_ns(self) -> int:
        """Now, by the sound; by the wall clock while there is none."""
        return max(self._context.sound_clock.utc_ns, time.time_ns())
