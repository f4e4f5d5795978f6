"""Publishes the states of the node: status, health, sounds, settings and level."""

import math
from collections import deque

from soundpost.config import MqttConfig
from soundpost.messages.payload import OFFLINE, ONLINE, HealthMessage, encode
from soundpost.mqtt.connection import Connection
from soundpost.mqtt.message import OnAck, OutgoingMessage
from soundpost.publish.detections import RefusedTopics
from soundpost.publish.retained.own_status import OwnStatus
from soundpost.publish.retained.state_topics import StateTopics, TopicState

_STATUS = "status"
_EXPIRY_REPORTS = 3
"""The broker drops a state that is not renewed for three health reports: two may be late."""
_RENEWALS_PART = 4
"""Renewed states take a quarter of the messages that may be in flight, at least one: no detection
waits for a round of them, and no round for the end of a long queue of detections."""


class StateSender:
    """Publishes states as they change, and renews all of them with every health report.

    Each has an expiry interval (MQTT 5), so that a broker shows nothing of a node that is gone.
    `offline` has none: it is true of a dead node.

    Args:
        base: The base topic of the node, `<prefix>/<node>`.
        state_topics: The values of `sound/…`, `settings` and `level`.
        own_status: The status that other clients publish for this node.
        expiry_seconds: The time after which the broker drops a state that is not renewed.
        refused_topics: The topics on which the broker refuses messages.
    """

    def __init__(
        self,
        base: str,
        state_topics: StateTopics,
        own_status: OwnStatus,
        expiry_seconds: int,
        refused_topics: RefusedTopics,
    ) -> None:
        self._base = base
        self.state_topics = state_topics
        self.own_status = own_status
        self._expiry_seconds = expiry_seconds
        self._refused_topics = refused_topics
        self._latest_health: deque[HealthMessage] = deque(maxlen=1)
        self._renewals_in_flight = 0

    @property
    def will(self) -> tuple[str, bytes]:
        """The last will: topic and payload."""
        return f"{self._base}/{_STATUS}", OFFLINE

    def set_health(self, message: HealthMessage) -> None:
        """Queues a health message; replaces one that was not sent yet."""
        self._latest_health.append(message)

    def on_connect(self, connection: Connection) -> None:
        """Publishes `online`, and queues all states for a new connection."""
        self.own_status.on_connect(connection)
        self._publish_status(connection, ONLINE)
        self.state_topics.resend_all()
        self._renewals_in_flight = 0

    def send(self, connection: Connection) -> None:
        """Publishes the states that have changed, and health if it is there.

        While the broker acknowledges nothing they wait, and newer values replace them.
        """
        if connection.has_room:
            self._send_changed(connection)

    def _send_changed(self, connection: Connection) -> None:
        for state in self.state_topics.pop_pending():
            self._publish(connection, state)
        if self._latest_health:
            # The broker may only now give up a connection that a power cut left behind, and publish
            # its will, `offline`. Where the node may not read its own status, this corrects it.
            self._publish_status(connection, ONLINE)
            health = encode(self._latest_health.popleft())
            self._publish(connection, TopicState("health", health))
            self.state_topics.renew_all()
        elif self.own_status.needs_correction() or self.own_status.needs_reply():
            self._publish_status(connection, ONLINE)

    def renew(self, connection: Connection) -> None:
        """Publishes some of the states that are due again."""
        most = max(1, connection.limits.receive_maximum // _RENEWALS_PART)
        while self._renewals_in_flight < most:
            if (state := self.state_topics.pop_renewal()) is None:
                return
            self._renewals_in_flight += 1
            self._publish(connection, state, self._on_renewal_ack)

    def send_live(self, connection: Connection) -> None:
        """Publishes the live view if nothing else waits for space; otherwise it waits, too."""
        if connection.has_room and (state := self.state_topics.pop_live()) is not None:
            self._publish(connection, state)

    def send_offline(self, connection: Connection) -> None:
        """Publishes what has changed, and `offline`."""
        self._send_changed(connection)
        self._publish_status(connection, OFFLINE)

    def _publish_status(self, connection: Connection, status: bytes) -> None:
        own_status = self.own_status
        self._publish(connection, TopicState(_STATUS, status), own_status.on_ack, own_status.run_id)

    def _publish(
        self,
        connection: Connection,
        state: TopicState,
        on_ack: OnAck | None = None,
        run_id: str | None = None,
    ) -> None:
        topic = f"{self._base}/{state.topic}"

        def on_reason_code(refusal: str | None) -> None:
            self._refused_topics.on_reason_code(topic, refusal)
            if on_ack is not None:
                on_ack(refusal)

        message = OutgoingMessage(
            topic,
            state.payload,
            on_reason_code,
            retain=state.is_retained,
            expiry_seconds=None if state.payload == OFFLINE else self._expiry_seconds,
            run_id=run_id,
            qos=state.qos,
        )
        connection.publish(message)

    def _on_renewal_ack(self, _refusal: str | None) -> None:
        self._renewals_in_flight -= 1


def build_state_sender(
    config: MqttConfig, base: str, run_id: str, refused_topics: RefusedTopics
) -> StateSender:
    """Builds the sender of a node without states so far.

    Args:
        config: The `[mqtt]` table.
        base: The base topic of the node, `<prefix>/<node>`.
        run_id: The id of this run.
        refused_topics: The topics on which the broker refuses messages.
    """
    expiry_seconds = math.ceil(_EXPIRY_REPORTS * config.health_seconds)
    own_status = OwnStatus(f"{base}/{_STATUS}", run_id, expiry_seconds)
    return StateSender(base, StateTopics(), own_status, expiry_seconds, refused_topics)
