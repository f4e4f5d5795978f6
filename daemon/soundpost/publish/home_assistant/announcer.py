"""Publishes the node's MQTT discovery payload to Home Assistant."""

import logging
from collections.abc import Callable, Sequence
from functools import partial

from soundpost.health import Health
from soundpost.mqtt.connection import Connection
from soundpost.mqtt.limits import DisconnectLimit
from soundpost.mqtt.message import IncomingMessage, OutgoingMessage
from soundpost.mqtt.reasons import TooLarge
from soundpost.publish.home_assistant.entities import DeviceAnnouncement
from soundpost.system.log_once import LogOnce
from soundpost.system.rate_limit import RateLimit

_MOST_UNACKNOWLEDGED = 2
"""Each may have 64 kB, and a flood of birth messages would request them without end."""
_BURST = 20
_PER_SECOND = 1.0
"""The most messages that are answered by an announcement: to build one takes milliseconds, and Home
Assistant starts once in a while."""

_log = logging.getLogger("soundpost.publish")


class DiscoveryAnnouncer:
    """Announces the node on every connection, and again when Home Assistant has started.

    It reads Home Assistant's birth message, and the node's own last announcement, which names the
    entities to be removed; it waits for that, to publish all at once. The same announcement is not
    repeated on a connection unless Home Assistant starts: a device that a person deletes there
    stays deleted, and two nodes of one name do not overwrite each other for ever.

    Args:
        prefix: The prefix of Home Assistant's discovery topics.
        topic: The full topic of the announcement.
        announcement: Builds the payload.
        health: The counter of messages that are too large for the broker.

    Attributes:
        topic: The full topic of the announcement.
    """

    def __init__(
        self, prefix: str, topic: str, announcement: DeviceAnnouncement, health: Health
    ) -> None:
        self._health = health
        self._birth_topic = f"{prefix}/status"
        self.topic = topic
        self._announcement = announcement
        self._earlier: bytes | None = None
        self._announced: bytes | None = None
        self._unacknowledged = 0
        self._is_due = False
        self._disconnects = DisconnectLimit()
        self._rate_limit = RateLimit(_BURST, _PER_SECOND)
        self._refusal_log = LogOnce(_log, on_change=False)  # only the first, whatever it is
        self._size_log = LogOnce(_log, on_change=False)

    def on_connect(self, connection: Connection, on_birth: Callable[[], None]) -> None:
        """Announces the node on a new connection.

        Args:
            connection: The connection.
            on_birth: Called when Home Assistant has started and has no states yet.
        """
        self._announced = None
        if self._unacknowledged:
            self._disconnects.add()
        self._unacknowledged, self._is_due = 0, False

        def on_announcement(message: IncomingMessage) -> None:
            self._earlier = message.payload
            # The payload is empty when a person deletes the device.
            if self._announced is not None and message.payload and self._rate_limit.admit():
                self._announce(connection)

        def on_birth_message(message: IncomingMessage) -> None:
            if message.payload == b"online" and self._rate_limit.admit():
                on_birth()
                self._announced = None
                self._announce(connection)

        def on_birth_suback(refusal: str | None) -> None:
            # A broker replies in order: the retained announcement has been received by now.
            self._on_reason_code(refusal)
            if self._disconnects.is_reached:
                self._on_reason_code(
                    "it disconnects on the announcement, perhaps because of its message_size_limit"
                )
            else:
                self._announce(connection)

        connection.subscribe([self.topic], on_announcement, self._on_reason_code)
        connection.subscribe([self._birth_topic], on_birth_message, on_birth_suback)

    def _announce(self, connection: Connection) -> None:
        self._is_due = self._unacknowledged >= _MOST_UNACKNOWLEDGED
        if self._is_due:
            return
        payload = self._announcement.build_payload(self._earlier, self._log_left_out)
        if payload != self._announced:
            self._announced = payload
            self._unacknowledged += 1
            on_ack = partial(self._on_ack, connection)
            connection.publish(OutgoingMessage(self.topic, payload, on_ack, retain=True))

    def _log_left_out(self, keys: Sequence[str]) -> None:
        if keys:
            self._size_log.fail(
                "%d entities are left out of the announcement to Home Assistant, which has at most "
                "64 kB: %s … (name fewer labels in mqtt.chosen)",
                len(keys),
                keys[0],
            )

    def _on_ack(self, connection: Connection, refusal: str | None) -> None:
        self._unacknowledged -= 1
        self._disconnects.reset()
        self._on_reason_code(refusal)
        if self._is_due:
            self._announce(connection)

    def _on_reason_code(self, refusal: str | None) -> None:
        if refusal is None:
            return
        hint = f"let this node read {self._birth_topic} and read and write {self.topic}"
        if isinstance(refusal, TooLarge):
            self._health.messages_too_large += 1
            hint = "raise its limit for the size of a packet or a message"
        self._refusal_log.fail(
            "the broker refuses what mqtt.discovery needs: %s (%s)", refusal, hint
        )
