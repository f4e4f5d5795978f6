"""Executes commands, each id once, and saves what must survive a restart."""

import logging
import time
from collections.abc import Callable
from dataclasses import replace

import msgspec

from soundpost.audio import NANOSECONDS
from soundpost.commands.context import CommandContext
from soundpost.commands.history import CommandHistory
from soundpost.commands.live_settings import minutes_later
from soundpost.commands.state_file import CommandState, StateFile
from soundpost.commands.tasks.running import RunningTasks
from soundpost.commands.tasks.task import renew_live_view
from soundpost.errors import PublishError, SoundpostError
from soundpost.health import Status
from soundpost.messages.command import (
    CaptureCommand,
    ClipCommand,
    LiveViewCommand,
    MuteCommand,
    ProfileCommand,
    ReloadCommand,
    SelfTestCommand,
    TeachCommand,
    ThresholdCommand,
    UnmuteCommand,
)
from soundpost.messages.result import CommandOutcome, CommandStatus
from soundpost.publish.inbox.inbox import STOPPING_HINT, CommandInbox, PendingCommand
from soundpost.system.rate_limit import LimitedLog

_NOT_SAVED = "a restart undoes it: there is no folder for the node's state, or its disk is full"

PAUSE_FACTOR = 4
"""A command that took t seconds is followed by 4 t seconds without one: commands take at most a
fifth of the time, so a flood of them or a slow disk never delays the audio."""

SETTINGS_EVERY_NS = NANOSECONDS
"""How often the settings are compared with the published ones; not at every chunk, because there
may be hundreds of mutes. In between, only a mute that ends can change them."""

_log = logging.getLogger("soundpost.control")


class CommandExecutor:
    """Executes at most one command between two chunks, then pauses.

    Args:
        inbox: Receives commands and sends results.
        context: What commands work with.
        state_file: Keeps results and settings over a restart.
        monotonic_seconds: The clock by which it pauses.
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
        self._pause_until_seconds = 0.0
        self._context = context
        self._targets = context.targets
        self._state_file = state_file
        self._history = CommandHistory(state_file.state.results)
        self._running = RunningTasks(context, inbox.pieces, self._utc_ns)
        self._published_settings: object = None
        self._compared_ns = 0
        self._refusal_log = LimitedLog(_log, "%d more commands were refused", logging.INFO)

    def tick(self, status: Status) -> None:
        """Advances running commands, and executes the next one unless it pauses."""
        self._running.queue_seconds = status.queue_seconds
        self._advance(is_last=status.is_waiting)
        self._refusal_log.flush()
        started_seconds = self._monotonic_seconds()
        if started_seconds >= self._pause_until_seconds and (pending := self._inbox.pop_command()):
            self._execute(pending)
            self._compared_ns = 0
            ended_seconds = self._monotonic_seconds()
            took_seconds = ended_seconds - started_seconds
            self._pause_until_seconds = ended_seconds + PAUSE_FACTOR * took_seconds
        self._publish_settings(self._utc_ns())

    def close(self) -> None:
        """Ends running commands and refuses waiting ones."""
        self._inbox.close_commands()
        self._advance(is_last=True)
        while pending := self._inbox.pop_command():
            self._refuse(pending, PublishError("the node is stopping", hint=STOPPING_HINT))

    def _publish_settings(self, utc_ns: int) -> None:
        """Publishes the settings after a command or the end of a mute has changed them."""
        if abs(utc_ns - self._compared_ns) < SETTINGS_EVERY_NS:
            return
        self._compared_ns = utc_ns
        settings = self._context.live_settings.settings(utc_ns)
        if settings != self._published_settings:
            self._published_settings = settings
            self._context.publish_settings(settings)

    def _advance(self, *, is_last: bool) -> None:
        for pending, outcome in self._running.advance(is_last=is_last):
            self._finish(pending, self._reloaded(outcome) if outcome.reloads else outcome)

    def _reloaded(self, outcome: CommandOutcome) -> CommandOutcome:
        """Takes a changed head into use; returns the outcome, with the reason if it cannot be."""
        try:
            self._targets.reload()
        except SoundpostError as error:
            hint = f"the node uses it after a reload, which is refused: {error} ({error.hint})"
            return replace(outcome, hint=hint)
        self._inbox.close_commands()  # what is sent now is refused, not started and ended at once
        return outcome

    def _refuse(self, pending: PendingCommand, error: SoundpostError) -> None:
        """Refuses a command without recording it, so that its id can be used again."""
        self._reply(pending, CommandOutcome(CommandStatus.REFUSED, str(error), error.hint))

    def _reply(self, pending: PendingCommand, outcome: CommandOutcome) -> None:
        """Queues a result that is not recorded."""
        self._inbox.queue_result(self._inbox.build_result(pending, outcome), pending.reply_to)

    def _execute(self, pending: PendingCommand) -> None:
        if isinstance(pending.command, LiveViewCommand):
            # Repeated every few seconds: it would fill the history and wear the disk.
            self._reply(pending, renew_live_view(pending.command, self._targets))
            return
        try:
            known = self._history.find(pending.name, pending.command)
        except PublishError as error:
            self._refuse(pending, error)
            return
        if known is not None:
            self._inbox.queue_result(known, pending.reply_to)
            return
        self._targets.health.commands += 1
        try:
            outcome = self._dispatch(pending)
        except SoundpostError as error:
            outcome = CommandOutcome(CommandStatus.REFUSED, str(error), error.hint)
        self._finish(pending, outcome)

    def _dispatch(self, pending: PendingCommand) -> CommandOutcome:
        settings, command = self._context.live_settings, pending.command
        match command:
            case MuteCommand() if command.minutes:
                until_ns = minutes_later(self._utc_ns(), command.minutes)
                message = settings.mute(command.labels, until_ns)
            case MuteCommand() | UnmuteCommand():
                message = settings.unmute(command.labels)
            case ThresholdCommand():
                message = settings.set_threshold(command.label, command.on)
            case ProfileCommand():
                message = settings.set_profile(command.label, command.profile)
            case SelfTestCommand():
                return self._running.start_self_test(pending)
            case CaptureCommand():
                return self._running.start_clip(pending, command)
            case ClipCommand():
                return self._running.start_transfer(pending, command)
            case TeachCommand():
                return self._running.start_teaching(pending, command)
            case ReloadCommand():
                self._targets.reload()
                return CommandOutcome(CommandStatus.DONE, "the configuration is read again")
            case _:
                raise AssertionError(f"no case for {command!r}")
        return CommandOutcome(CommandStatus.DONE, message)

    def _finish(self, pending: PendingCommand, outcome: CommandOutcome) -> None:
        """Saves the result, then queues it for the broker."""
        result = self._inbox.build_result(pending, outcome)
        self._history.record(pending.name, pending.command, result)
        state = CommandState(
            mutes=self._targets.mutes.state,
            overrides=self._context.live_settings.overrides,
            results=self._history.entries,
        )
        is_saved = self._state_file.write(state)
        if not is_saved and isinstance(
            pending.command, MuteCommand | UnmuteCommand | ThresholdCommand | ProfileCommand
        ):
            result = msgspec.structs.replace(result, hint=result.hint or _NOT_SAVED)
        log = self._refusal_log.log if result.status is CommandStatus.REFUSED else _log.info
        log("command %s %s: %s: %s", result.command, result.id, result.status, result.message)
        self._inbox.queue_result(result, pending.reply_to)

    def _utc_ns(self) -> int:
        """Returns the later of wall clock and latest sample; a file at full speed is ahead."""
        return max(self._targets.sound_clock.utc_ns, time.time_ns())
