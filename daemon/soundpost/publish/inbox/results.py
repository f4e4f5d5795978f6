"""Results of commands, until the broker acknowledges them."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import islice

from soundpost.health import Health
from soundpost.mqtt.connection import Connection
from soundpost.mqtt.message import OutgoingMessage
from soundpost.mqtt.reasons import TooLarge
from soundpost.publish.inbox.reply_to import ReplyTo
from soundpost.publish.outbox.send_queue import SendQueue
from soundpost.system.rate_limit import LimitedLog, RateLimit

MOST_WAITING = 100
"""The most results that wait for the broker: several for each command that may be pending; a few
hundred kilobytes at most, with the longest correlation data."""
REFUSALS_BURST = 2 * MOST_WAITING
"""The most refused messages that are answered at once: as many as a queue can hold, twice."""
REFUSALS_PER_SECOND = 10.0
"""The most refused messages that are answered in a flood: enough for a person or a script, too few
to fill the broker's network or disk."""

_log = logging.getLogger("soundpost.publish")


@dataclass(frozen=True, slots=True)
class _Result:
    """An encoded result for one topic, and what is published if it is too large; may be empty."""

    seq: int
    topic: str
    payload: bytes
    correlation: bytes | None
    short: bytes


class ResultQueue:
    """Holds each result until the broker has replied, through every loss of the connection.

    A refused result is not sent again: its sender can repeat the command with the same id. In place
    of one that is too large for the broker a short one is sent: repeating would not help. If too
    many wait, because of a broker that is away or a sender that floods, the oldest is dropped.

    Args:
        topic: The full topic of all results.
        on_reason_code: Called with the broker's replies: the topic, and the refusal or None.
        health: The counters of refused messages and dropped results.
    """

    def __init__(
        self, topic: str, on_reason_code: Callable[[str, str | None], None], health: Health
    ) -> None:
        self._topic = topic
        self._on_reason_code = on_reason_code
        self._health = health
        self._lock = threading.Lock()
        self._queue: SendQueue[_Result] = SendQueue()
        self._last_seq = 0
        self._is_closed = False
        self._refusal_limit = RateLimit(REFUSALS_BURST, REFUSALS_PER_SECOND)
        self._drop_log = LimitedLog(
            _log, "results of commands were dropped %d more times", logging.ERROR
        )
        self._topic_log = LimitedLog(_log, "%d more results on response topics were refused")

    def __len__(self) -> int:
        with self._lock:
            return len(self._queue)

    def admit_refusal(self) -> bool:
        """Counts a refused message; returns whether it gets a result, which a flood does not."""
        with self._lock:
            self._health.commands_invalid += 1
            is_admitted = self._refusal_limit.admit()
            if not is_admitted:
                self._health.results_dropped += 1
        return is_admitted

    def add(self, payload: bytes, reply_to: ReplyTo, short: bytes = b"") -> None:
        """Queues a result for the topic of all results, and for the response topic if any.

        Args:
            payload: The result.
            reply_to: Where its sender wants it.
            short: A shorter one, for a broker that takes no message of this size; empty for none.
        """
        topics = [self._topic] if reply_to.topic is None else [self._topic, reply_to.topic]
        with self._lock:
            if self._is_closed:
                self._health.results_dropped += len(topics)
                return
            for topic in topics:
                self._add(topic, payload, reply_to.correlation, short)
            excess = max(0, self._queue.waiting_count - MOST_WAITING)
            self._queue.remove({result.seq for result in islice(self._queue.waiting(), excess)})
            self._health.results_dropped += excess
        if excess:
            self._drop_log.log(
                "%d results of commands are dropped: too many wait for the broker", excess
            )

    def _add(self, topic: str, payload: bytes, correlation: bytes | None, short: bytes) -> None:
        self._last_seq += 1
        self._queue.add([_Result(self._last_seq, topic, payload, correlation, short)])

    def close(self) -> None:
        """Accepts no further results, or a sender that floods would keep the node running."""
        with self._lock:
            self._is_closed = True

    def drop_all(self) -> None:
        """Drops and counts the results that wait."""
        with self._lock:
            lost = len(self._queue)
            self._queue.clear()
            self._health.results_dropped += lost
        if lost:
            _log.error("%d results of commands are lost: the broker did not take them", lost)

    def on_connect(self) -> None:
        """Sends again what was in flight on the last connection."""
        with self._lock:
            self._queue.requeue()

    def send(self, connection: Connection) -> None:
        """Publishes as many results as may be in flight now."""
        self._drop_log.flush()
        self._topic_log.flush()
        while connection.has_room and (result := self._next()):
            on_ack = partial(self._on_ack, result)
            connection.publish(
                OutgoingMessage(
                    result.topic, result.payload, on_ack, correlation=result.correlation
                )
            )

    def _next(self) -> _Result | None:
        with self._lock:
            return self._queue.next()

    def _on_ack(self, result: _Result, refusal: str | None) -> None:
        with self._lock:
            self._queue.acknowledge(result.seq)
            if isinstance(refusal, TooLarge) and len(result.short) in range(1, len(result.payload)):
                self._add(result.topic, result.short, result.correlation, b"")
        if result.topic == self._topic:
            self._on_reason_code(result.topic, refusal)
        elif refusal is not None:
            self._topic_log.log(
                "the broker refuses a result on the response topic %s: %s", result.topic, refusal
            )
