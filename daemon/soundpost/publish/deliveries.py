"""Hands detections to the broker."""

from collections.abc import Callable
from functools import partial

from soundpost.publish.mqtt import Connection
from soundpost.publish.outbox import Outbox
from soundpost.publish.refusals import Refusals


class Deliveries:
    """Sends what is in the outbox, in order, and takes out of it what the broker has taken.

    Args:
        topic: Where detections go.
        outbox: Where they are.
        refusals: What the broker will not have.
        on_taken: Called when the broker has taken one.
    """

    def __init__(
        self, topic: str, outbox: Outbox, refusals: Refusals, on_taken: Callable[[], None]
    ) -> None:
        self._topic = topic
        self._outbox = outbox
        self._refusals = refusals
        self._on_taken = on_taken

    def send(self, connection: Connection) -> None:
        """Put on their way as many as the broker will have now."""
        while self._may_send(connection) and (entry := self._outbox.next_unsent()):
            settle = partial(self._settle, entry.seq)
            connection.publish(self._topic, entry.payload, settle, retain=False)

    def _may_send(self, connection: Connection) -> bool:
        if self._refusals.are_on(self._topic):  # ask with one message whether that has changed
            return not connection.unanswered and self._refusals.may_ask()
        return connection.has_room

    def _settle(self, seq: int, refusal: str | None) -> None:
        if refusal is None:
            self._outbox.acknowledge(seq)
            self._on_taken()
        else:
            self._outbox.rewind(seq)
        self._refusals.postpone(refusal)
        self._refusals.note(self._topic, refusal)
