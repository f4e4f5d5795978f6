"""The MQTT client: connects, publishes, and reconnects after every loss of the connection."""

import logging
import threading
import time

import msgspec

from soundpost.errors import PublishError
from soundpost.health import Health
from soundpost.messages.payload import HealthMessage
from soundpost.mqtt.broker import ConnectionSettings
from soundpost.mqtt.connection import Connection
from soundpost.mqtt.errors import no_acknowledgement
from soundpost.mqtt.limits import BrokerLimits, SizeLimit
from soundpost.mqtt.wakeup import Wakeup
from soundpost.publish.detections import DetectionSender, OutboxTopics, RefusedTopics
from soundpost.publish.home_assistant.announcer import DiscoveryAnnouncer
from soundpost.publish.inbox import CommandChannel
from soundpost.publish.outbox.outbox import OutboxFeed
from soundpost.publish.retained.sender import StateSender
from soundpost.publish.retained.topics import RetainedTopics
from soundpost.system.backoff import Backoff
from soundpost.system.log_once import LogOnce

_POLL_SECONDS = 1.0
"""The longest that `Connection.poll` should wait, for the sake of keepalive."""
_STEADY_SECONDS = 10.0
"""After a longer connection reconnecting begins with the shortest wait again: a broker that accepts
clients and drops them within twice the CONNACK time-out is not reconnected every second."""

_log = logging.getLogger("soundpost.publish")


class NodeTopics(msgspec.Struct, frozen=True):
    """Everything that a node publishes and receives, by topic.

    Attributes:
        base: The base topic of the node, `<prefix>/<node>`.
        outbox: The messages for `detections` and `summaries`, sent in order.
        states: Publishes status, health, `sound/…`, `group/…`, `settings` and `level`.
        retained: The retained topics, of which those of earlier runs are cleared.
        announcer: Publishes the node to Home Assistant; None without discovery.
        inbox: Receives `command/…` and publishes `result`; None without commands.
    """

    base: str
    outbox: OutboxFeed
    states: StateSender
    retained: RetainedTopics
    announcer: DiscoveryAnnouncer | None = None
    inbox: CommandChannel | None = None


class MqttClient:
    """Publishes from one thread, `run`; the other methods may be called from any thread.

    Args:
        settings: The broker, and the fields of CONNECT.
        topics: The messages to publish, and the receivers of messages.
        refused_topics: The topics on which the broker refuses messages.
        wakeup: Wakes the thread when there is something to publish.
        health: The counter of connections.

    Attributes:
        is_connected: True while the broker is connected.
    """

    is_connected = False

    def __init__(
        self,
        settings: ConnectionSettings,
        topics: NodeTopics,
        refused_topics: RefusedTopics,
        wakeup: Wakeup,
        health: Health,
    ) -> None:
        self._settings = settings
        self._outbox = topics.outbox
        self._states, self._retained = topics.states, topics.retained
        self._announcer, self._inbox = topics.announcer, topics.inbox
        self._wakeup = wakeup
        self._health = health
        self._backoff = Backoff()
        self._detections = DetectionSender(
            OutboxTopics(f"{topics.base}/detections", f"{topics.base}/summaries"),
            topics.outbox,
            refused_topics,
            self._backoff.reset,  # with a broker that accepts detections, reconnect soon
        )
        self._closing, self._deadline_seconds = threading.Event(), float("inf")
        self._failure_log, self._limits_log = LogOnce(_log), LogOnce(_log)
        self._size_limit = SizeLimit()

    def set_health(self, message: HealthMessage) -> None:
        """Queues a health message; replaces one that was not sent yet."""
        self._states.set_health(message)
        self._wakeup.set()

    def begin_closing(self, timeout_seconds: float) -> None:
        """Makes `run` publish what waits, as far as possible in that time, and return."""
        self._deadline_seconds = time.monotonic() + timeout_seconds
        if self._inbox is not None:
            self._inbox.close_results()
        self._closing.set()
        self._wakeup.set()

    def run(self) -> None:
        """Connects and publishes until `begin_closing`; logs each loss once, and reconnects."""
        with self._wakeup:
            while not self._is_finished():
                try:
                    self._connect_and_serve()
                except PublishError as error:
                    self._failure_log.fail("%s (%s)", error, error.hint)
                self._outbox.requeue()
                self._pause()

    def _connect_and_serve(self) -> None:
        with Connection(self._settings, self._states.will, self._size_limit) as connection:
            self._on_connect(connection.limits)
            began_seconds = time.monotonic()
            self.is_connected = True
            try:
                self._serve(connection)
            finally:
                self.is_connected = False
                if time.monotonic() - began_seconds > _STEADY_SECONDS:
                    self._backoff.reset()

    def _serve(self, connection: Connection) -> None:
        self._states.on_connect(connection)
        self._retained.clear_obsolete(connection)
        if self._announcer is not None:
            self._announcer.on_connect(connection, self._states.state_topics.resend_all)
        if self._inbox is not None:
            self._inbox.on_connect(connection)
        while not self._is_finished():
            self._wakeup.clear()
            self._send_results(connection)
            self._states.send(connection)
            self._detections.send(connection)
            self._states.renew(connection)
            self._states.send_live(connection)  # detections have precedence
            if self._inbox is not None:
                self._inbox.pieces.send(connection)
            connection.poll(min(_POLL_SECONDS, self._remaining_seconds()), self._wakeup.socket)
        self._send_results(connection)
        self._states.send_offline(connection)
        self._retained.clear_retired(connection)
        while connection.unacknowledged:
            if not (remaining_seconds := self._remaining_seconds()):
                raise no_acknowledgement(self._settings.address)
            connection.poll(min(_POLL_SECONDS, remaining_seconds))

    def _send_results(self, connection: Connection) -> None:
        if self._inbox is not None:
            self._inbox.send(connection)

    def _on_connect(self, limits: BrokerLimits) -> None:
        self._health.connects += 1
        self._failure_log.recover()
        address, client_id = self._settings.address, self._settings.client_id
        _log.info("connected to %s as %s, %d waiting", address, client_id, len(self._outbox))
        if limits.missing:
            self._limits_log.fail("%s does not support %s", address, limits.missing)

    def _pause(self) -> None:
        seconds = min(self._backoff.next_seconds(), self._remaining_seconds())
        if not self._closing.is_set():
            self._closing.wait(seconds)
        elif not self._is_finished():
            time.sleep(seconds)

    def _remaining_seconds(self) -> float:
        return max(0.0, self._deadline_seconds - time.monotonic())

    def _is_finished(self) -> bool:
        return self._closing.is_set() and (not self._waiting_count or not self._remaining_seconds())

    @property
    def _waiting_count(self) -> int:
        """The number of detections and results that wait; states are not counted."""
        return len(self._outbox) + (self._inbox.waiting if self._inbox is not None else 0)
