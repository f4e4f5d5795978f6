"""Sends detections from the outbox to the broker, in order, and retries refused ones."""

import logging
import time
from collections.abc import Callable
from functools import partial

from soundpost.publish.broker import BrokerAddress
from soundpost.publish.connection import Connection
from soundpost.publish.errors import may_not_publish
from soundpost.publish.outbox.outbox import Outbox
from soundpost.system.backoff import Backoff


class RefusedTopics:
    """The topics on which the broker refuses messages, until it takes one there again.

    Args:
        broker: Who refuses.
    """

    def __init__(self, broker: BrokerAddress) -> None:
        self._broker = broker
        self._topics: set[str] = set()
        self._backoff = Backoff()
        self._ask_at_seconds = 0.0

    def on_reason_code(self, topic: str, refusal: str | None) -> None:
        """The broker has answered a message on this topic; None says that it took it."""
        if refusal is None:
            self._topics.discard(topic)
        elif topic not in self._topics:
            self._topics.add(topic)
            error = may_not_publish(self._broker, topic, refusal)
            _log.warning("%s (%s)", error, error.hint)

    def postpone(self, refusal: str | None) -> None:
        """A detection was answered: the more often in vain, the longer until the next is tried."""
        now_seconds = time.monotonic()
        if refusal is None:
            self._backoff.reset()
        elif now_seconds >= self._ask_at_seconds:
            self._ask_at_seconds = now_seconds + self._backoff.next_seconds()

    def are_on(self, topic: str) -> bool:
        """Whether the last message on a topic was refused."""
        return topic in self._topics

    def may_ask(self) -> bool:
        """Whether it is time to try one of the refused detections again."""
        return time.monotonic() >= self._ask_at_seconds


class DetectionSender:
    """Sends what is in the outbox, in order, and takes out of it what the broker has taken.

    Args:
        topic: Where detections go.
        outbox: Where they are.
        refused_topics: What the broker will not have.
        on_taken: Called when the broker has taken one.
    """

    def __init__(
        self,
        topic: str,
        outbox: Outbox,
        refused_topics: RefusedTopics,
        on_taken: Callable[[], None],
    ) -> None:
        self._topic = topic
        self._outbox = outbox
        self._refused_topics = refused_topics
        self._on_taken = on_taken

    def send(self, connection: Connection) -> None:
        """Put on their way as many as the broker will have now."""
        while self._may_send(connection) and (entry := self._outbox.next_unsent()):
            settle = partial(self._on_ack, entry.seq)
            connection.publish(self._topic, entry.payload, settle, retain=False)

    def _may_send(self, connection: Connection) -> bool:
        if self._refused_topics.are_on(
            self._topic
        ):  # ask with one message whether that has changed
            return not connection.unanswered and self._refused_topics.may_ask()
        return connection.has_room

    def _on_ack(self, seq: int, refusal: str | None) -> None:
        if refusal is None:
            self._outbox.acknowledge(seq)
            self._on_taken()
        else:
            self._outbox.requeue(seq)
        self._refused_topics.postpone(refusal)
        self._refused_topics.on_reason_code(self._topic, refusal)


_log = logging.getLogger("soundpost.publish")
