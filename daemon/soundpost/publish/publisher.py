"""Tells the broker, and never keeps the pipeline waiting."""

import logging
import secrets
import threading
from typing import Self

from soundpost.config import MqttConfig
from soundpost.errors import PublishError
from soundpost.health import Health
from soundpost.publish.broker import find_broker
from soundpost.publish.courier import Courier
from soundpost.publish.outbox import Outbox
from soundpost.publish.payload import DetectionMessage, HealthMessage

CLOSE_SECONDS = 5.0
"""How long `close` gives the broker, unless told otherwise, to take what is left."""

_MANNERS_SECONDS = 0.5

_log = logging.getLogger("soundpost.publish")


class MqttPublisher:
    """Publishes detections, health and status at a broker, from a thread of its own.

    Detections go through the outbox. Status and health are readings: only the latest counts, so
    they do not queue. As a context manager it starts on entry and closes on exit.

    Args:
        config: The `[mqtt]` table.
        node: Who is listening.
        health: Where messages and connections are counted.

    Raises:
        ConfigError: The broker's address, credentials or certificates cannot be used.
    """

    def __init__(self, config: MqttConfig, node: str, health: Health) -> None:
        self._broker = find_broker(config)
        self._outbox = Outbox(config.queue_messages, health)
        self._courier = Courier(
            broker=self._broker,
            client_id=f"soundpost-{node}-{secrets.token_hex(4)}",
            base=f"{config.prefix}/{node}",
            outbox=self._outbox,
            health=health,
            keepalive_seconds=config.keepalive_seconds,
        )
        self._thread = threading.Thread(
            target=self._courier.run, name="soundpost-mqtt", daemon=True
        )
        self._is_overflowing = False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_connected(self) -> bool:
        """Whether the broker is reached now."""
        return self._courier.is_connected

    def start(self) -> None:
        """Begin to connect; returns at once, whether or not there is a broker."""
        if self._broker.is_exposed:
            _log.warning(
                "%s is not encrypted: whoever shares the network can read and forge what is told "
                "(use mqtts://)",
                self._broker,
            )
        self._thread.start()

    def publish(self, message: DetectionMessage) -> None:
        """Put a detection into the outbox; returns at once.

        Raises:
            PublishError: The thread that sends has died, which is a bug.
        """
        has_room = self._outbox.append(message)
        if not has_room and not self._is_overflowing:
            _log.warning("the outbox is full: the oldest detections are dropped, and counted")
        self._is_overflowing = not has_room
        self._check_thread()
        self._courier.wake()

    def publish_health(self, message: HealthMessage) -> None:
        """Tell how the node fares, in place of what was not told yet; returns at once.

        Raises:
            PublishError: The thread that sends has died, which is a bug.
        """
        self._check_thread()
        self._courier.take_health(message)

    def close(self, timeout_seconds: float = CLOSE_SECONDS) -> None:
        """Tell what is left, say `offline` and leave; what cannot be told in time is counted.

        Args:
            timeout_seconds: The most it takes, give or take a moment for manners. With nothing
                left to tell and no broker it takes no time.
        """
        self._courier.finish(timeout_seconds)
        if self._thread.ident is not None:
            self._thread.join(timeout_seconds + _MANNERS_SECONDS)
        if dropped := self._outbox.close():
            _log.error("%d detections are lost: the broker did not take them in time", dropped)

    def _check_thread(self) -> None:
        if self._thread.ident is not None and not self._thread.is_alive():
            raise PublishError(
                "the thread that publishes has died", hint="its traceback is in the log; report it"
            )
