"""Sends detections and summaries from the outbox, in order, and retries refused detections."""

import logging
import time
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from soundpost.health import Health
from soundpost.messages.summary import is_summary
from soundpost.mqtt.broker import BrokerAddress
from soundpost.mqtt.connection import Connection
from soundpost.mqtt.errors import may_not_publish
from soundpost.mqtt.message import OutgoingMessage
from soundpost.mqtt.reasons import TooLarge
from soundpost.publish.outbox.outbox import OutboxFeed
from soundpost.system.backoff import Backoff
from soundpost.system.log_once import LogOnce

_log = logging.getLogger("soundpost.publish")


class RefusedTopics:
    """The topics on which the broker refused the last message, and when to retry a detection.

    Args:
        broker: The broker's address, for the log.
        health: The counter of states and results that are too large for the broker.
    """

    def __init__(self, broker: BrokerAddress, health: Health) -> None:
        self._broker = broker
        self._health = health
        self._topics: set[str] = set()
        self._backoff = Backoff()
        self._retry_at_seconds = 0.0

    def __contains__(self, topic: str) -> bool:
        return topic in self._topics

    def on_reason_code(self, topic: str, refusal: str | None) -> None:
        """Records the broker's reply to a message on a topic, and logs the first refusal.

        Args:
            topic: The full topic.
            refusal: The broker's reason; None if it accepted the message.
        """
        self._health.messages_too_large += isinstance(refusal, TooLarge)
        if refusal is None:
            self._topics.discard(topic)
        elif topic not in self._topics:
            self._topics.add(topic)
            error = may_not_publish(self._broker, topic, refusal)
            _log.warning("%s (%s)", error, error.hint)

    def schedule_retry(self, refusal: str | None) -> None:
        """Sets the time of the next attempt: later with each refusal; a success resets the wait."""
        now_seconds = time.monotonic()
        if refusal is None:
            self._backoff.reset()
        elif now_seconds >= self._retry_at_seconds:
            self._retry_at_seconds = now_seconds + self._backoff.next_seconds()

    def may_retry(self) -> bool:
        """Returns whether it is time to send a refused detection again."""
        return time.monotonic() >= self._retry_at_seconds


class OutboxTopics(NamedTuple):
    """The full topics of the outbox's messages.

    Attributes:
        detections: Of detections.
        summaries: Of summaries.
    """

    detections: str
    summaries: str


class DetectionSender:
    """Publishes the messages of the outbox in order, and removes those that are acknowledged.

    A refused detection waits for the broker to accept it, and all others behind it. A refused
    summary is given up: it must not hold up an alarm, where an access list names `detections` only.

    Args:
        topics: The topics of detections and summaries.
        outbox: The client's side of the outbox.
        refused_topics: The topics on which the broker refuses messages.
        on_success: Called when the broker has accepted a detection.
    """

    def __init__(
        self,
        topics: OutboxTopics,
        outbox: OutboxFeed,
        refused_topics: RefusedTopics,
        on_success: Callable[[], None],
    ) -> None:
        self._topics = topics
        self._outbox = outbox
        self._refused_topics = refused_topics
        self._on_success = on_success
        self._size_log = LogOnce(_log, logging.ERROR, on_change=False)

    def send(self, connection: Connection) -> None:
        """Publishes as many messages as may be in flight now."""
        while self._may_send(connection) and (record := self._outbox.next_unsent()):
            payload = record.payload
            topic = self._topics.summaries if is_summary(payload) else self._topics.detections
            on_ack = partial(self._on_ack, record.seq, topic)
            connection.publish(OutgoingMessage(topic, payload, on_ack))

    def _may_send(self, connection: Connection) -> bool:
        if (
            self._topics.detections in self._refused_topics
        ):  # a single message tries whether this has changed
            return not connection.unacknowledged and self._refused_topics.may_retry()
        return connection.has_room

    def _on_ack(self, seq: int, topic: str, refusal: str | None) -> None:
        if isinstance(refusal, TooLarge):  # to wait for another answer would block the others
            self._outbox.give_up(seq)
            self._size_log.fail("detections are dropped: %s", refusal)
            return
        if refusal is None:
            self._outbox.acknowledge(seq)
            self._on_success()
        elif topic == self._topics.summaries:
            self._outbox.give_up(seq)
        else:
            self._outbox.requeue(seq)
        if topic == self._topics.detections:
            self._refused_topics.schedule_retry(refusal)
        self._refused_topics.on_reason_code(topic, refusal)
