"""Receives commands over MQTT, and sends their results."""

import logging
import queue
import time
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from soundpost.errors import PublishError
from soundpost.health import Health
from soundpost.messages.command import Command, read_command, read_id
from soundpost.messages.result import LONGEST_NAME, CommandOutcome, CommandStatus, ResultMessage
from soundpost.mqtt.connection import Connection
from soundpost.mqtt.message import IncomingMessage
from soundpost.publish.inbox.pieces import PieceSlot
from soundpost.publish.inbox.reply_to import ReplyTo, read_reply_to, require_not_retained
from soundpost.publish.inbox.results import ResultQueue
from soundpost.publish.node.topics import node_name
from soundpost.system.clock import rfc3339
from soundpost.system.log_once import LogOnce
from soundpost.system.rate_limit import LimitedLog

MOST_PENDING = 16
"""The most commands that wait to be executed: a script may send one for each of several labels,
and with the largest payloads they take 256 kB."""
STOPPING_HINT = "send it again when it is back"

_log = logging.getLogger("soundpost.publish")


@dataclass(frozen=True, slots=True)
class PendingCommand:
    """A command that waits to be executed.

    Attributes:
        name: The last level of its topic.
        command: Its content.
        reply_to: The place where its sender wants the result.
    """

    name: str
    command: Command
    reply_to: ReplyTo


class CommandInbox:
    """Subscribes to `command/+`, validates commands and queues them; publishes results.

    The client's thread receives commands, the pipeline's thread executes them; the queue between
    is bounded. An invalid command is refused at once. Each result goes to `result`, and also to
    the response topic of a sender that names one (MQTT 5, section 4.10).

    Args:
        base: The base topic of the node, `<prefix>/<node>`.
        results: The queue of results.
        wake: Called when there is a result to send.
        utc_ns: The wall clock.

    Attributes:
        pieces: Publishes a clip that a command has requested.
    """

    def __init__(
        self,
        base: str,
        results: ResultQueue,
        wake: Callable[[], None],
        *,
        utc_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._base, self._name = base, node_name(base)
        self._results = results
        self._wake = wake
        self._utc_ns = utc_ns
        self.pieces = PieceSlot(f"{base}/clip", self._name, wake)
        self._pending: queue.Queue[PendingCommand] = queue.Queue(MOST_PENDING)
        self._is_closed = False
        self._subscription_log = LogOnce(_log)
        self._refusal_log = LimitedLog(_log, "%d more commands were refused")

    def on_connect(self, connection: Connection) -> None:
        """Subscribes on a new connection, and sends again what was in flight on the last one."""
        self._results.on_connect()
        self.pieces.on_connect()
        connection.subscribe([f"{self._base}/command/+"], self.on_message, self._on_suback)

    def close_commands(self) -> None:
        """Refuses further commands; those that wait can still be popped."""
        self._is_closed = self.pieces.is_closed = True

    def send(self, connection: Connection) -> None:
        """Publishes as many results as may be in flight now."""
        self._refusal_log.flush()
        self._results.send(connection)

    @property
    def waiting(self) -> int:
        """The number of results that the broker has not acknowledged yet."""
        return len(self._results)

    def close_results(self) -> None:
        """Accepts no further results; those that wait are still sent."""
        self._results.close()

    def drop_results(self) -> None:
        """Drops and counts the results that wait, at the end."""
        self._refusal_log.flush(is_last=True)
        self._results.drop_all()

    def on_message(self, message: IncomingMessage) -> None:
        """Queues a command, or refuses it."""
        if message.is_retained and not message.payload:
            return  # this is how a retained message is cleared
        name = message.topic.rpartition("/")[2]
        reply_to = ReplyTo()
        try:
            reply_to = read_reply_to(message, self._base)
            require_not_retained(message)
            self._enqueue(PendingCommand(name, read_command(name, message.payload), reply_to))
        except PublishError as error:
            self._refuse(name, message.payload, reply_to, error)

    def pop_command(self) -> PendingCommand | None:
        """Removes and returns the oldest command that waits; None if there is none."""
        try:
            return self._pending.get_nowait()
        except queue.Empty:
            return None

    def build_result(self, pending: PendingCommand, outcome: CommandOutcome) -> ResultMessage:
        """Returns the result message of a command, without sending it."""
        return self._build(pending.name, pending.command.id, outcome)

    def queue_result(self, result: ResultMessage, reply_to: ReplyTo) -> None:
        """Queues a result to be published."""
        payload = msgspec.json.encode(result)
        self._results.add(payload, reply_to, msgspec.json.encode(result.shortened(len(payload))))
        self._wake()

    def _enqueue(self, pending: PendingCommand) -> None:
        if self._is_closed:
            raise PublishError("the node is stopping", hint=STOPPING_HINT)
        try:
            self._pending.put_nowait(pending)
        except queue.Full:
            raise PublishError(
                f"{MOST_PENDING} commands wait already",
                hint="send it again, with the same id, later",
            ) from None

    def _refuse(self, name: str, payload: bytes, reply_to: ReplyTo, error: PublishError) -> None:
        """Logs and answers a refused message; in a flood it is only counted."""
        shown = name[:LONGEST_NAME]
        self._refusal_log.log("the command %r is refused: %s (%s)", shown, error, error.hint)
        if self._results.admit_refusal():
            outcome = CommandOutcome(CommandStatus.REFUSED, str(error), error.hint)
            self.queue_result(self._build(name, read_id(payload), outcome), reply_to)

    def _on_suback(self, refusal: str | None) -> None:
        if refusal is None:
            self._subscription_log.recover()
        else:
            self._subscription_log.fail(
                "the broker refuses what mqtt.commands needs: %s (let this node read %s/command/+)",
                refusal,
                self._base,
            )

    def _build(self, name: str, command_id: str | None, outcome: CommandOutcome) -> ResultMessage:
        return ResultMessage(
            node=self._name.node,
            source=self._name.source or msgspec.UNSET,
            id=command_id,
            command=name[:LONGEST_NAME],
            status=outcome.status,
            message=outcome.message,
            hint=outcome.hint,
            at=rfc3339(self._utc_ns()),
            clip=outcome.clip,
            teach=outcome.teach or msgspec.UNSET,
        )


def build_inbox(
    base: str,
    on_reason_code: Callable[[str, str | None], None],
    wake: Callable[[], None],
    health: Health,
) -> CommandInbox:
    """Builds the inbox of a node.

    Args:
        base: The base topic of the node, `<prefix>/<node>`.
        on_reason_code: Called with the topic of a result, and the broker's refusal or None.
        wake: Called when there is a result to send.
        health: The counter of dropped results.
    """
    return CommandInbox(base, ResultQueue(f"{base}/result", on_reason_code, health), wake)
