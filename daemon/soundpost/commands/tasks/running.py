"""The commands that take longer than one chunk: their start, and their outcomes."""

import random
from collections.abc import Callable, Iterator

from soundpost.commands.context import CommandContext
from soundpost.commands.tasks.clip_transfer import ClipTransfer, open_for_sending
from soundpost.commands.tasks.task import ClipTask, CommandTask, SelfTestTask
from soundpost.commands.tasks.teach_process import TeachProcess
from soundpost.commands.tasks.teach_request import teach_arguments
from soundpost.commands.tasks.teach_task import NodeLoad, TeachTask
from soundpost.errors import PublishError
from soundpost.evidence import Request
from soundpost.messages.clip_piece import BUSY
from soundpost.messages.command import CaptureCommand, ClipCommand, TeachCommand
from soundpost.messages.result import CommandOutcome, CommandStatus
from soundpost.messages.uuid7 import uuid7
from soundpost.publish.inbox.inbox import PendingCommand
from soundpost.publish.inbox.pieces import PieceSlot
from soundpost.system.clock import clock_state


class RunningTasks:
    """Starts and advances commands that take longer than one chunk; one of each kind at once.

    Args:
        context: What commands work with.
        pieces: Publishes the pieces of clips.
        utc_ns: The clock.

    Attributes:
        queue_seconds: The sound that waits to be classified.
    """

    def __init__(
        self, context: CommandContext, pieces: PieceSlot, utc_ns: Callable[[], int]
    ) -> None:
        self._context = context
        self._pieces = pieces
        self._utc_ns = utc_ns
        self._running: list[tuple[PendingCommand, CommandTask]] = []
        self._rng = random.SystemRandom()
        self.queue_seconds = 0.0

    def advance(self, *, is_last: bool) -> Iterator[tuple[PendingCommand, CommandOutcome]]:
        """Advances all tasks; yields those that have ended, with their outcomes.

        Args:
            is_last: True if no more sound comes.
        """
        for pending, task in list(self._running):
            if outcome := task.advance(is_last=is_last):
                self._running.remove((pending, task))
                yield pending, outcome

    def start_self_test(self, pending: PendingCommand) -> CommandOutcome:
        """Starts a self-test.

        Raises:
            PublishError: One is running already.
        """
        if self._has(SelfTestTask):
            raise PublishError("a self-test is running already", hint="wait for its result")
        self._running.append((pending, SelfTestTask(self._context.new_self_test())))
        return CommandOutcome(CommandStatus.STARTED, "a known sound passes through the pipeline")

    def start_clip(self, pending: PendingCommand, command: CaptureCommand) -> CommandOutcome:
        """Starts a clip of the next seconds.

        Raises:
            EvidenceError: There can be none.
        """
        evidence = self._context.targets.evidence
        clip_id = str(uuid7(self._utc_ns(), self._rng))
        evidence.request_clip(Request(clip_id, command.id, command.seconds, clock_state()))
        self._running.append((pending, ClipTask(evidence)))
        return CommandOutcome(CommandStatus.STARTED, f"the next {command.seconds:g} s are recorded")

    def start_transfer(self, pending: PendingCommand, command: ClipCommand) -> CommandOutcome:
        """Starts to send a file of a clip.

        Raises:
            PublishError: One is being sent already, or it cannot be sent.
        """
        if self._has(ClipTransfer):
            raise PublishError(BUSY, hint="wait for its result")
        file = open_for_sending(self._context.targets.sent_clips, command)
        self._running.append((pending, ClipTransfer(file, command, self._pieces)))
        return CommandOutcome(CommandStatus.STARTED, f"{file.size_bytes} bytes are sent in pieces")

    def start_teaching(self, pending: PendingCommand, command: TeachCommand) -> CommandOutcome:
        """Starts the process that teaches a label.

        Raises:
            PublishError: One is running already, or cannot be started, or the command is refused.
            TeachError: The label may not be taught.
        """
        place = self._context.targets.teaching
        if place is None:
            raise PublishError("this node cannot be taught", hint="run it as a service")
        if self._has(TeachTask):
            raise PublishError("a label is being taught already", hint="wait for its result")
        arguments = teach_arguments(place, command)
        try:
            process = TeachProcess(arguments)
        except OSError as error:
            raise PublishError(
                f"the process that teaches cannot be started: {error.strerror}",
                hint="memory or processes may be short; send it again later",
            ) from error
        node = NodeLoad(lambda: self._pieces.is_closed, lambda: self.queue_seconds)
        task = TeachTask(command, process, node)
        self._running.append((pending, task))
        verdicts = len(command.right) + len(command.wrong)
        given = [
            *([f"{len(command.clips)} clips"] if command.clips else []),
            *([f"{verdicts} verdicts"] if verdicts else []),
        ]
        source = f" from {' and '.join(given)}" if given else ""
        text = f"{command.label}{source}, in a process of its own"
        return CommandOutcome(CommandStatus.STARTED, text)

    def _has(self, kind: type[CommandTask]) -> bool:
        return any(isinstance(task, kind) for _, task in self._running)
