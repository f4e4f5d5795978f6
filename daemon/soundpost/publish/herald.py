"""Keeps Home Assistant informed that there is this node."""

import logging
from collections.abc import Callable
from typing import Protocol

from soundpost.publish.discovery import Introduction
from soundpost.publish.letter import Heard
from soundpost.publish.mqtt import Connection

_OBJECT = "soundpost"

_log = logging.getLogger("soundpost.publish")


class Correspondent(Protocol):
    """Listens and answers over whatever connection there is."""

    @property
    def waiting(self) -> int:
        """How many answers the broker has not taken yet."""
        ...

    def begin(self, connection: Connection) -> None:
        """Listen on a new connection."""

    def send(self, connection: Connection) -> None:
        """Tell what there is room for."""

    def finish(self) -> None:
        """Answer nothing that comes from now on; what waits can still be told."""


class Herald:
    """Announces the node on every connection, and again when Home Assistant has started.

    It reads Home Assistant's birth message, and the node's own last announcement, which says what
    is to be taken back.

    Args:
        prefix: Of Home Assistant's discovery topics.
        node: Who is announced.
        introduction: What is said.
    """

    def __init__(self, prefix: str, node: str, introduction: Introduction) -> None:
        self._birth_topic = f"{prefix}/status"
        self._topic = f"{prefix}/device/{node}/{_OBJECT}/config"
        self._introduction = introduction
        self._earlier: bytes | None = None
        self._has_told_refusal = False

    def begin(self, connection: Connection, on_birth: Callable[[], None]) -> None:
        """Announce the node on a new connection.

        Args:
            connection: To the broker.
            on_birth: Called when Home Assistant has started, and knows nothing yet.
        """

        def hear(heard: Heard) -> None:
            if heard.topic == self._topic:
                self._earlier = heard.payload
            elif heard.topic != self._birth_topic or heard.payload != b"online":
                return
            else:
                on_birth()
            self._announce(connection)

        connection.subscribe([self._birth_topic, self._topic], hear, self._note)
        self._announce(connection)

    def _announce(self, connection: Connection) -> None:
        payload = self._introduction.announce(self._earlier)
        connection.publish(self._topic, payload, self._note, retain=True)

    def _note(self, refusal: str | None) -> None:
        if refusal is not None and not self._has_told_refusal:
            self._has_told_refusal = True
            _log.warning(
                "the broker refuses what mqtt.discovery needs: %s (let this node read %s and read "
                "and write %s)",
                refusal,
                self._birth_topic,
                self._topic,
            )
