"""Keeps Home Assistant informed that there is this node."""

import logging
from collections.abc import Callable
from typing import Protocol

from soundpost.publish.connection import Connection
from soundpost.publish.home_assistant.device import DeviceAnnouncement
from soundpost.publish.message import IncomingMessage

_OBJECT = "soundpost"
_HANG_UPS = 2
"""So often a broker may end the connection over an announcement before it is spared it."""

_log = logging.getLogger("soundpost.publish")


class CommandChannel(Protocol):
    """Listens and answers over whatever connection there is."""

    @property
    def waiting(self) -> int:
        """How many answers the broker has not taken yet."""
        ...

    def on_connect(self, connection: Connection) -> None:
        """Listen on a new connection."""

    def send(self, connection: Connection) -> None:
        """Tell what there is room for."""

    def begin_closing(self) -> None:
        """Answer nothing that comes from now on; what waits can still be told."""


class DiscoveryAnnouncer:
    """Announces the node on every connection, and again when Home Assistant has started.

    It reads Home Assistant's birth message, and the node's own last announcement, which says what
    is to be taken back; it waits for that, to say all at once. It says nothing twice on a
    connection unless Home Assistant starts: a device that a person deletes there is gone, and two
    nodes that were given one name do not contradict each other for ever.

    Args:
        prefix: Of Home Assistant's discovery topics.
        node: Who is announced.
        announcement: What is said.
    """

    def __init__(self, prefix: str, node: str, announcement: DeviceAnnouncement) -> None:
        self._birth_topic = f"{prefix}/status"
        self._topic = f"{prefix}/device/{node}/{_OBJECT}/config"
        self._announcement = announcement
        self._earlier: bytes | None = None
        self._announced: bytes | None = None
        self._is_unanswered = False
        self._hang_ups = 0
        self._has_told_refusal = False

    def on_connect(self, connection: Connection, on_birth: Callable[[], None]) -> None:
        """Announce the node on a new connection.

        Args:
            connection: To the broker.
            on_birth: Called when Home Assistant has started, and knows nothing yet.
        """
        self._announced = None
        self._hang_ups += self._is_unanswered
        self._is_unanswered = False

        def hear_announcement(heard: IncomingMessage) -> None:
            self._earlier = heard.payload
            if self._announced is not None and heard.payload:  # else a person deletes the device
                self._announce(connection)

        def hear_birth(heard: IncomingMessage) -> None:
            if heard.payload == b"online":
                on_birth()
                self._announced = None
                self._announce(connection)

        def go_on(refusal: str | None) -> None:
            # A broker answers in order: what is retained there has come by now.
            self._on_reason_code(refusal)
            if self._hang_ups < _HANG_UPS:
                self._announce(connection)
            else:
                self._on_reason_code(
                    "it hangs up when it is told, perhaps because of its message_size_limit"
                )

        connection.subscribe([self._topic], hear_announcement, self._on_reason_code)
        connection.subscribe([self._birth_topic], hear_birth, go_on)

    def _announce(self, connection: Connection) -> None:
        payload = self._announcement.announce(self._earlier)
        if payload != self._announced:
            self._announced = payload
            self._is_unanswered = True
            connection.publish(self._topic, payload, self._on_ack, retain=True)

    def _on_ack(self, refusal: str | None) -> None:
        self._is_unanswered = False
        self._hang_ups = 0
        self._on_reason_code(refusal)

    def _on_reason_code(self, refusal: str | None) -> None:
        if refusal is not None and not self._has_told_refusal:
            self._has_told_refusal = True
            _log.warning(
                "the broker refuses what mqtt.discovery needs: %s (let this node read %s and read "
                "and write %s)",
                refusal,
                self._birth_topic,
                self._topic,
            )
