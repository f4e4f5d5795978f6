"""Takes commands at the door, and hands their results back."""

import logging
import queue
import time
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from soundpost.errors import PublishError, SoundpostError
from soundpost.health import Health
from soundpost.messages.command import Command, read_command, read_id
from soundpost.messages.result import LONGEST_NAME, ResultMessage, Status
from soundpost.publish.connection import Connection
from soundpost.publish.inbox.reply_to import ReplyTo, read_sender
from soundpost.publish.inbox.results import ResultQueue
from soundpost.publish.message import IncomingMessage
from soundpost.system.clock import rfc3339

WAITING = 16
"""The most commands that wait to be carried out."""
STOPPING_HINT = "send it again when it is back"

_log = logging.getLogger("soundpost.publish")


@dataclass(frozen=True, slots=True)
class PendingCommand:
    """A command that waits to be carried out."""

    name: str
    command: Command
    reply_to: ReplyTo


class CommandInbox:
    """Reads what is published on `command/+`, and tells what came of it.

    The courier's thread hears, the pipeline's takes and answers; what lies between is bounded.
    What is no command is refused at the door. Each result goes to `result`, and also to the
    response topic of a sender that names one (MQTT 5, section 4.10).

    Args:
        base: What the node's topics begin with, `<prefix>/<node>`.
        answers: Where results go.
        wake: Called when there is one.
        utc_ns: The wall clock.
    """

    def __init__(
        self,
        base: str,
        answers: ResultQueue,
        wake: Callable[[], None],
        *,
        utc_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._base = base
        self._answers = answers
        self._wake = wake
        self._utc_ns = utc_ns
        self._asked: queue.Queue[PendingCommand] = queue.Queue(WAITING)
        self._is_closed = False
        self._has_told_refusal = False

    def on_connect(self, connection: Connection) -> None:
        """Listen on a new connection, and tell again what the last one did not settle."""
        self._answers.on_connect()
        connection.subscribe([f"{self._base}/command/+"], self.on_message, self._on_reason_code)

    def close(self) -> None:
        """Let nothing in any more; what waits can still be taken."""
        self._is_closed = True

    def send(self, connection: Connection) -> None:
        """Tell the results that there is room for."""
        self._answers.send(connection)

    @property
    def waiting(self) -> int:
        """How many results the broker has not answered yet."""
        return len(self._answers)

    def begin_closing(self) -> None:
        """Answer nothing that comes from now on; what waits can still be told."""
        self._answers.begin_closing()

    def give_up(self) -> None:
        """Count the results that wait as lost."""
        self._answers.give_up()

    def on_message(self, heard: IncomingMessage) -> None:
        """Let a command in, or refuse it."""
        if heard.is_retained and not heard.payload:
            return  # that is how somebody clears a topic
        name = heard.topic.rpartition("/")[2]
        sender = ReplyTo()
        try:
            sender = read_sender(heard, self._base)
            _refuse_retained(heard)
            self._let_in(PendingCommand(name, read_command(name, heard.payload), sender))
        except PublishError as error:
            _log.warning(
                "the command %r is refused: %s (%s)", name[:LONGEST_NAME], error, error.hint
            )
            self._refuse(name, read_id(heard.payload), error, sender)

    def pop_command(self) -> PendingCommand | None:
        """The oldest command that waits; None if there is none."""
        try:
            return self._asked.get_nowait()
        except queue.Empty:
            return None

    def build_result(
        self,
        asked: PendingCommand,
        status: Status,
        message: str,
        *,
        hint: str = "",
        clip: str | None = None,
    ) -> ResultMessage:
        """The result of a command, not yet told."""
        return self._word(asked.name, asked.command.id, status, message, hint, clip)

    def queue_result(self, result: ResultMessage, sender: ReplyTo) -> None:
        """Tell a result."""
        self._answers.add(msgspec.json.encode(result), sender)
        self._wake()

    def _let_in(self, asked: PendingCommand) -> None:
        if self._is_closed:
            raise PublishError("the node is stopping", hint=STOPPING_HINT)
        try:
            self._asked.put_nowait(asked)
        except queue.Full:
            raise PublishError(
                f"{WAITING} commands wait already", hint="send it again, with the same id, later"
            ) from None

    def _on_reason_code(self, refusal: str | None) -> None:
        if refusal is not None and not self._has_told_refusal:
            self._has_told_refusal = True
            _log.warning(
                "the broker refuses what mqtt.commands needs: %s (let this node read %s/command/+)",
                refusal,
                self._base,
            )

    def _refuse(
        self, name: str, command_id: str | None, error: SoundpostError, to: ReplyTo
    ) -> None:
        result = self._word(name, command_id, Status.REFUSED, str(error), error.hint, None)
        self.queue_result(result, to)

    def _word(
        self,
        name: str,
        command_id: str | None,
        status: Status,
        message: str,
        hint: str,
        clip: str | None,
    ) -> ResultMessage:
        return ResultMessage(
            node=self._base.rpartition("/")[2],
            id=command_id,
            command=name[:LONGEST_NAME],
            status=status,
            message=message,
            hint=hint,
            at=rfc3339(self._utc_ns()),
            clip=clip,
        )


def _refuse_retained(heard: IncomingMessage) -> None:
    if heard.is_retained:
        raise PublishError(
            "the command is retained, and would come again with every connection",
            hint="send it without retain, and clear the topic: an empty retained message",
        )


def build_inbox(
    base: str, note: Callable[[str, str | None], None], wake: Callable[[], None], health: Health
) -> CommandInbox:
    """The porter of a node.

    Args:
        base: What the node's topics begin with, `<prefix>/<node>`.
        note: Told the broker's answers to results: the topic, and the refusal if it is one.
        wake: Called when there is a result.
        health: Where lost results are counted.
    """
    return CommandInbox(base, ResultQueue(f"{base}/result", note, health), wake)
