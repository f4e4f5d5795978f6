"""Publishes a clip piece by piece, each behind everything else that waits for the broker."""

import logging
import threading
from collections.abc import Callable
from functools import partial

import msgspec

from soundpost.messages import NodeName
from soundpost.messages.clip_piece import ClipPieceMessage
from soundpost.mqtt.connection import Connection
from soundpost.mqtt.message import OutgoingMessage
from soundpost.mqtt.reasons import TooLarge
from soundpost.system.log_once import LogOnce

EXPIRY_SECONDS = 60
"""The broker drops a piece that nothing has received for so long: the transfer was given up."""

_log = logging.getLogger("soundpost.publish")


class PieceOutcome(msgspec.Struct, frozen=True):
    """The reply of the broker to a piece.

    Attributes:
        refusal: The reason of a refusal; None for a piece that was accepted.
        is_too_large: True if a smaller piece may be accepted.
    """

    refusal: str | None = None
    is_too_large: bool = False


class PieceSlot:
    """Holds one piece until the broker has replied, through every loss of the connection.

    The pipeline's thread puts a piece and takes the outcome; the client's thread sends it once
    nothing else is unacknowledged. So at most one piece is on the way before a detection.

    Args:
        topic: The full topic of the pieces.
        node: The node.
        wake: Called when there is a piece to send.
    """

    def __init__(self, topic: str, node: NodeName, wake: Callable[[], None]) -> None:
        self._topic = topic
        self._node = node
        self._wake = wake
        self._lock = threading.Lock()
        self._number = 0
        self._waiting: bytes | None = None
        self._in_flight: bytes | None = None
        self._outcome: PieceOutcome | None = None
        self._refusal_log = LogOnce(_log)
        self.is_closed = False

    def build(self, **fields: object) -> bytes:
        """Returns the payload of a piece of this node; the fields are those of the message."""
        message = ClipPieceMessage(
            node=self._node.node,
            source=self._node.source or msgspec.UNSET,
            **fields,  # type: ignore[arg-type]  # those of the message
        )
        return msgspec.json.encode(message)

    def put(self, payload: bytes) -> None:
        """Takes the next piece, in place of one that is there."""
        with self._lock:
            self._number += 1
            self._waiting, self._in_flight, self._outcome = payload, None, None
        self._wake()

    def pop_outcome(self) -> PieceOutcome | None:
        """Removes and returns the reply of the broker to the latest piece; None before it."""
        with self._lock:
            outcome, self._outcome = self._outcome, None
            return outcome

    def clear(self) -> None:
        """Drops the piece that waits: the transfer has ended."""
        with self._lock:
            self._number += 1
            self._waiting = self._in_flight = self._outcome = None

    def on_connect(self) -> None:
        """Sends again what was in flight on the last connection."""
        with self._lock:
            self._waiting, self._in_flight = self._in_flight or self._waiting, None

    def send(self, connection: Connection) -> None:
        """Publishes the piece that waits, unless the broker has not replied to everything else."""
        if connection.unacknowledged:
            return
        with self._lock:
            if self._waiting is None:
                return
            payload, number = self._waiting, self._number
            self._waiting, self._in_flight = None, payload
        on_ack = partial(self._on_ack, number)
        connection.publish(
            OutgoingMessage(self._topic, payload, on_ack, expiry_seconds=EXPIRY_SECONDS)
        )

    def _on_ack(self, number: int, refusal: str | None) -> None:
        with self._lock:
            if number != self._number:
                return  # of a transfer that has ended
            self._in_flight = None
            self._outcome = PieceOutcome(refusal, isinstance(refusal, TooLarge))
        if refusal is None:
            self._refusal_log.recover()
        elif not isinstance(refusal, TooLarge):
            self._refusal_log.fail("the broker refuses %s: %s", self._topic, refusal)
