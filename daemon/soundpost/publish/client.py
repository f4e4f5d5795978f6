"""Carries what is told to the broker, through every loss of the connection."""

import logging
import threading
import time
from collections import deque
from functools import partial

from soundpost.errors import PublishError
from soundpost.health import Health
from soundpost.messages.payload import OFFLINE, ONLINE, HealthMessage, encode
from soundpost.publish.broker import BrokerAddress
from soundpost.publish.connection import Connection
from soundpost.publish.detections import DetectionSender, RefusedTopics
from soundpost.publish.errors import no_acknowledgement
from soundpost.publish.home_assistant.announcer import CommandChannel, DiscoveryAnnouncer
from soundpost.publish.outbox.outbox import Outbox
from soundpost.publish.state_topics import StateTopics, TopicState
from soundpost.publish.wakeup import Wakeup
from soundpost.system.backoff import Backoff

_TURN_SECONDS = 1.0
_STEADY_SECONDS = 10.0
"""A connection that lasted so long was a good one: the next attempt may come soon."""

_log = logging.getLogger("soundpost.publish")


class MqttClient:
    """Connects, carries, connects again; `run` is its thread, the rest is called from others.

    Args:
        broker: Where to.
        client_id: The same for all connections of this run: a new one replaces a half-dead one at
            once, which else would say `offline` over our `online` later.
        base: What its topics begin with, `<prefix>/<node>`.
        outbox: What it carries, in that order.
        state_topics: What it tells besides, when it changes.
        announcer: Who announces the node, if anybody.
        inbox: Who takes commands, if anybody.
        refused_topics: What the broker will not have.
        wakeup: Wakes it.
        health: Where connections are counted.
        keepalive_seconds: After one and a half of these in silence the broker says `offline`.

    Attributes:
        is_connected: Whether the broker is reached now.
    """

    is_connected = False

    def __init__(  # noqa: PLR0913 - each given once, by name
        self,
        *,
        broker: BrokerAddress,
        client_id: str,
        base: str,
        outbox: Outbox,
        state_topics: StateTopics,
        announcer: DiscoveryAnnouncer | None,
        inbox: CommandChannel | None,
        refused_topics: RefusedTopics,
        wakeup: Wakeup,
        health: Health,
        keepalive_seconds: int,
    ) -> None:
        self._broker = broker
        self._client_id = client_id
        self._base = base
        self._outbox = outbox
        self._health = health
        self._keepalive_seconds = keepalive_seconds
        self._state_topics = state_topics
        self._announcer = announcer
        self._inbox = inbox
        self._wakeup = wakeup
        self._latest_health: deque[HealthMessage] = deque(maxlen=1)
        self._backoff = Backoff()
        self._deliveries = DetectionSender(
            f"{base}/detections",
            outbox,
            refused_topics,
            self._backoff.reset,  # a broker that takes detections is worth calling again soon
        )
        self._closing = threading.Event()
        self._deadline_seconds = float("inf")
        self._told_trouble = ""
        self._refused_topics = refused_topics

    def set_health(self, message: HealthMessage) -> None:
        """Tell this health next, in place of one that was not told yet."""
        self._latest_health.append(message)
        self._wakeup.set()

    def begin_closing(self, timeout_seconds: float) -> None:
        """Make `run` carry all that waits now, as far as it gets in that time, and return."""
        self._deadline_seconds = time.monotonic() + timeout_seconds
        if self._inbox is not None:
            self._inbox.begin_closing()
        self._closing.set()
        self._wakeup.set()

    def run(self) -> None:
        """Carry until finished; every loss is told once and followed by another attempt."""
        with self._wakeup:
            while not self._is_finished():
                try:
                    self._connect_and_serve()
                except PublishError as error:
                    self._log_failure(error)
                self._outbox.requeue()
                self._pause()

    def _connect_and_serve(self) -> None:
        will = (f"{self._base}/status", OFFLINE)
        with Connection(
            self._broker, self._client_id, keepalive_seconds=self._keepalive_seconds, will=will
        ) as connection:
            self._log_connected()
            began_seconds = time.monotonic()
            self.is_connected = True
            try:
                self._serve(connection)
            finally:
                self.is_connected = False
                if time.monotonic() - began_seconds > _STEADY_SECONDS:
                    self._backoff.reset()

    def _serve(self, connection: Connection) -> None:
        self._publish_state(connection, TopicState("status", ONLINE))
        self._state_topics.resend_all()
        if self._announcer is not None:
            self._announcer.on_connect(connection, self._state_topics.resend_all)
        if self._inbox is not None:
            self._inbox.on_connect(connection)
        while not self._is_finished():
            self._wakeup.clear()
            self._send_readings(connection)
            self._deliveries.send(connection)
            connection.poll(min(_TURN_SECONDS, self._remaining_seconds()), self._wakeup.socket)
        self._send_readings(connection)
        self._publish_state(connection, TopicState("status", OFFLINE))
        while connection.unanswered:
            if not self._remaining_seconds():
                raise no_acknowledgement(self._broker)
            connection.poll(min(_TURN_SECONDS, self._remaining_seconds()))

    def _send_readings(self, connection: Connection) -> None:
        if self._inbox is not None:
            self._inbox.send(connection)
        for reading in self._state_topics.pop_pending():
            self._publish_state(connection, reading)
        if self._latest_health:
            # The broker may only now give up a connection that a power cut left behind, and say
            # `offline` for it: so the status is told again with every health.
            self._publish_state(connection, TopicState("status", ONLINE))
            self._publish_state(
                connection, TopicState("health", encode(self._latest_health.popleft()))
            )

    def _publish_state(self, connection: Connection, reading: TopicState) -> None:
        topic = f"{self._base}/{reading.topic}"
        note = partial(self._refused_topics.on_reason_code, topic)
        connection.publish(topic, reading.payload, note, retain=reading.is_retained)

    def _log_connected(self) -> None:
        self._health.connects += 1
        self._told_trouble = ""
        held = len(self._outbox)
        _log.info("connected to %s as %s, %d waiting", self._broker, self._client_id, held)

    def _log_failure(self, error: PublishError) -> None:
        if str(error) != self._told_trouble:
            self._told_trouble = str(error)
            _log.warning("%s (%s)", error, error.hint)

    def _pause(self) -> None:
        seconds = min(self._backoff.next_seconds(), self._remaining_seconds())
        if not self._closing.is_set():
            self._closing.wait(seconds)
        elif not self._is_finished():
            time.sleep(seconds)

    def _remaining_seconds(self) -> float:
        return max(0.0, self._deadline_seconds - time.monotonic())

    def _is_finished(self) -> bool:
        return self._closing.is_set() and (not self._waiting or not self._remaining_seconds())

    @property
    def _waiting(self) -> int:
        """How many messages wait, of those of which each counts."""
        return len(self._outbox) + (self._inbox.waiting if self._inbox is not None else 0)
