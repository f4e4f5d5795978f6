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
        readings: What it tells besides, when it changes.
        herald: Who announces the node, if anybody.
        porter: Who takes commands, if anybody.
        refusals: What the broker will not have.
        bell: Wakes it.
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
        readings: StateTopics,
        herald: DiscoveryAnnouncer | None,
        porter: CommandChannel | None,
        refusals: RefusedTopics,
        bell: Wakeup,
        health: Health,
        keepalive_seconds: int,
    ) -> None:
        self._broker = broker
        self._client_id = client_id
        self._base = base
        self._outbox = outbox
        self._health = health
        self._keepalive_seconds = keepalive_seconds
        self._readings = readings
        self._herald = herald
        self._porter = porter
        self._bell = bell
        self._latest_health: deque[HealthMessage] = deque(maxlen=1)
        self._backoff = Backoff()
        self._deliveries = DetectionSender(
            f"{base}/detections",
            outbox,
            refusals,
            self._backoff.reset,  # a broker that takes detections is worth calling again soon
        )
        self._closing = threading.Event()
        self._deadline_seconds = float("inf")
        self._told_trouble = ""
        self._refusals = refusals

    def take_health(self, message: HealthMessage) -> None:
        """Tell this health next, in place of one that was not told yet."""
        self._latest_health.append(message)
        self._bell.ring()

    def finish(self, timeout_seconds: float) -> None:
        """Make `run` carry all that waits now, as far as it gets in that time, and return."""
        self._deadline_seconds = time.monotonic() + timeout_seconds
        if self._porter is not None:
            self._porter.finish()
        self._closing.set()
        self._bell.ring()

    def run(self) -> None:
        """Carry until finished; every loss is told once and followed by another attempt."""
        with self._bell:
            while not self._is_finished():
                try:
                    self._carry()
                except PublishError as error:
                    self._tell(error)
                self._outbox.rewind()
                self._pause()

    def _carry(self) -> None:
        will = (f"{self._base}/status", OFFLINE)
        with Connection(
            self._broker, self._client_id, keepalive_seconds=self._keepalive_seconds, will=will
        ) as connection:
            self._welcome()
            began_seconds = time.monotonic()
            self.is_connected = True
            try:
                self._serve(connection)
            finally:
                self.is_connected = False
                if time.monotonic() - began_seconds > _STEADY_SECONDS:
                    self._backoff.reset()

    def _serve(self, connection: Connection) -> None:
        self._say(connection, TopicState("status", ONLINE))
        self._readings.renew()
        if self._herald is not None:
            self._herald.begin(connection, self._readings.renew)
        if self._porter is not None:
            self._porter.begin(connection)
        while not self._is_finished():
            self._bell.still()
            self._send_readings(connection)
            self._deliveries.send(connection)
            connection.turn(min(_TURN_SECONDS, self._remaining_seconds()), self._bell.socket)
        self._send_readings(connection)
        self._say(connection, TopicState("status", OFFLINE))
        while connection.unanswered:
            if not self._remaining_seconds():
                raise no_acknowledgement(self._broker)
            connection.turn(min(_TURN_SECONDS, self._remaining_seconds()))

    def _send_readings(self, connection: Connection) -> None:
        if self._porter is not None:
            self._porter.send(connection)
        for reading in self._readings.take():
            self._say(connection, reading)
        if self._latest_health:
            # The broker may only now give up a connection that a power cut left behind, and say
            # `offline` for it: so the status is told again with every health.
            self._say(connection, TopicState("status", ONLINE))
            self._say(connection, TopicState("health", encode(self._latest_health.popleft())))

    def _say(self, connection: Connection, reading: TopicState) -> None:
        topic = f"{self._base}/{reading.leaf}"
        note = partial(self._refusals.note, topic)
        connection.publish(topic, reading.payload, note, retain=reading.is_lasting)

    def _welcome(self) -> None:
        self._health.connects += 1
        self._told_trouble = ""
        held = len(self._outbox)
        _log.info("connected to %s as %s, %d waiting", self._broker, self._client_id, held)

    def _tell(self, error: PublishError) -> None:
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
        return len(self._outbox) + (self._porter.waiting if self._porter is not None else 0)
