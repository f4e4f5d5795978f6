"""Results of commands on their way to the broker."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from soundpost.health import Health
from soundpost.publish.connection import Connection
from soundpost.publish.inbox.reply_to import ReplyTo

UNTOLD = 100
"""The most results that wait for the broker."""

_log = logging.getLogger("soundpost.publish")


@dataclass(frozen=True, slots=True)
class _Answer:
    """A result as it is sent, to one topic."""

    topic: str
    payload: bytes
    correlation: bytes | None


class ResultQueue:
    """Holds each result until the broker has answered it, through every loss of the connection.

    A refused one is not sent again: who was not told asks again with the same id. When too many
    wait, which takes a broker that is away or a sender that never stops, the oldest goes.

    Args:
        topic: Where all results go.
        note: Told the broker's answers: the topic, and the refusal if it is one.
        health: Where lost results are counted.
    """

    def __init__(self, topic: str, note: Callable[[str, str | None], None], health: Health) -> None:
        self._topic = topic
        self._note = note
        self._health = health
        self._lock = threading.Lock()
        self._unsent: list[_Answer] = []
        self._in_flight: dict[int, _Answer] = {}
        self._sent = 0
        self._is_finishing = False

    def __len__(self) -> int:
        with self._lock:
            return len(self._unsent) + len(self._in_flight)

    def add(self, payload: bytes, sender: ReplyTo) -> None:
        """Tell this to all, and to the sender where it wants it."""
        answers = [_Answer(self._topic, payload, sender.correlation)]
        if sender.topic is not None:
            answers.append(_Answer(sender.topic, payload, sender.correlation))
        with self._lock:
            if self._is_finishing:
                self._health.results_dropped += len(answers)
                return
            self._unsent += answers
            dropped = max(0, len(self._unsent) - UNTOLD)
            self._unsent = self._unsent[-UNTOLD:]
            self._health.results_dropped += dropped
        if dropped:
            _log.error("%d results of commands are dropped: too many wait for the broker", dropped)

    def begin_closing(self) -> None:
        """Take in no more, or a sender that never stops would keep the node from stopping."""
        with self._lock:
            self._is_finishing = True

    def give_up(self) -> None:
        """Count what waits as lost."""
        with self._lock:
            lost = len(self._unsent) + len(self._in_flight)
            self._unsent.clear()
            self._in_flight.clear()
            self._health.results_dropped += lost
        if lost:
            _log.error("%d results of commands are lost: the broker did not take them", lost)

    def on_connect(self) -> None:
        """On a new connection: what the last one did not settle is sent again."""
        with self._lock:
            self._unsent = [*self._in_flight.values(), *self._unsent]
            self._in_flight.clear()

    def send(self, connection: Connection) -> None:
        """Put on its way what the connection has room for."""
        while connection.has_room and (answer := self._next()):
            settle = partial(self._on_ack, self._sent, answer.topic)
            connection.publish(
                answer.topic,
                answer.payload,
                settle,
                retain=False,
                correlation=answer.correlation,
            )

    def _next(self) -> _Answer | None:
        with self._lock:
            if not self._unsent:
                return None
            self._sent += 1
            self._in_flight[self._sent] = self._unsent.pop(0)
            return self._in_flight[self._sent]

    def _on_ack(self, number: int, topic: str, refusal: str | None) -> None:
        with self._lock:
            self._in_flight.pop(number, None)
        if topic == self._topic:
            self._note(topic, refusal)
        elif refusal is not None:
            _log.warning("the broker refuses a result on the response topic %s: %s", topic, refusal)
