"""Tells the broker, and never keeps the pipeline waiting."""

import logging
import secrets
import threading
from collections.abc import Callable, Sequence
from typing import Self

from soundpost.config import MqttConfig
from soundpost.errors import PublishError
from soundpost.health import Health
from soundpost.messages.payload import DetectionMessage, HealthMessage, ModelIdentity
from soundpost.publish.broker import load_broker_address
from soundpost.publish.client import MqttClient
from soundpost.publish.detections import RefusedTopics
from soundpost.publish.home_assistant.announcer import DiscoveryAnnouncer
from soundpost.publish.home_assistant.device import DeviceAnnouncement
from soundpost.publish.outbox.location import outbox_path
from soundpost.publish.outbox.outbox import Outbox
from soundpost.publish.outbox.writer import FULL, OutboxWriter
from soundpost.publish.state_topics import SoundStates, StateTopics
from soundpost.publish.wakeup import Wakeup
from soundpost.system.units import BYTES_PER_MEGABYTE

CLOSE_SECONDS = 5.0
"""How long `close` gives the broker, unless told otherwise, to take what is left."""

_MANNERS_SECONDS = 0.5

_log = logging.getLogger("soundpost.publish")


class MqttPublisher:
    """Publishes detections, health and status at a broker, from threads of its own.

    Detections go through the outbox, and through its file if there is one. Status and health are
    retained states: only the latest counts, so they do not queue. As a context manager it starts on
    entry and closes on exit.

    Args:
        config: The `[mqtt]` table.
        node: Who is listening.
        health: Where messages and connections are counted.
        labels: What is listened for, told as `sound/<label>` and to Home Assistant.
        captures: Whether clips are kept, told to Home Assistant.
        model: What classifies; without it nothing is announced to Home Assistant.

    Attributes:
        state_topics: What is so now, told besides.
        inbox: Who takes commands; None where none are taken.
        last_seq: The number of the last detection that was told, by an earlier run perhaps.

    Raises:
        ConfigError: The broker's address, credentials or certificates cannot be used.
        PublishError: The outbox's file is in use.
    """

    def __init__(
        self,
        config: MqttConfig,
        node: str,
        health: Health,
        labels: Sequence[str] = (),
        model: ModelIdentity | None = None,
        *,
        captures: bool = False,
    ) -> None:
        self._broker = load_broker_address(config)
        self._outbox = Outbox(config.queue_messages, health)
        base = f"{config.prefix}/{node}"
        self.state_topics = StateTopics()
        self._sounds = SoundStates(labels, self.state_topics) if labels else None
        refused_topics, wakeup = RefusedTopics(self._broker), Wakeup()
        self._wake, self.inbox = wakeup.set, None
        if config.commands:
            # Only now: by default nobody is obeyed, and the start is not to take longer for it.
            from soundpost.publish.inbox.inbox import build_inbox  # noqa: PLC0415 - see above

            self.inbox = build_inbox(base, refused_topics.on_reason_code, wakeup.set, health)
        announcer = None
        if config.discovery and model is not None:
            announcement = DeviceAnnouncement(
                base,
                labels,
                model,
                level_seconds=config.level_seconds,
                is_commanded=config.commands,
                captures=captures,
            )
            announcer = DiscoveryAnnouncer(config.discovery_prefix, node, announcement)
        self._client = MqttClient(
            broker=self._broker,
            client_id=f"soundpost-{node}-{secrets.token_hex(4)}",
            base=base,
            outbox=self._outbox,
            state_topics=self.state_topics,
            announcer=announcer,
            inbox=self.inbox,
            refused_topics=refused_topics,
            wakeup=wakeup,
            health=health,
            keepalive_seconds=config.keepalive_seconds,
        )
        self._threads = [_thread(self._client.run, "soundpost-mqtt")]
        self._writer: OutboxWriter | None = None
        if path := outbox_path(config):
            budget_bytes = config.outbox_megabytes * BYTES_PER_MEGABYTE
            self._writer = OutboxWriter(path, budget_bytes, self._outbox, health, self._wake)
            self._threads.append(_thread(self._writer.run, "soundpost-outbox"))
        self._is_overflowing = False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_connected(self) -> bool:
        """Whether the broker is reached now."""
        return self._client.is_connected

    @property
    def last_seq(self) -> int:
        """The number of the last detection that was told; the next one must be higher."""
        return self._outbox.last_seq

    def start(self) -> None:
        """Begin to connect; returns at once, whether or not there is a broker."""
        if self._broker.is_exposed:
            _log.warning(
                "%s is not encrypted: whoever shares the network can read and forge what is told "
                "(use mqtts://)",
                self._broker,
            )
        for thread in self._threads:
            thread.start()

    def publish(self, message: DetectionMessage) -> None:
        """Put a detection into the outbox; returns at once.

        Raises:
            PublishError: A thread that sends or saves has died, which is a bug.
        """
        has_room = self._outbox.append(message)
        if self._sounds is not None:
            self._sounds.update(message)
        if not has_room and not self._is_overflowing:
            _log.warning(FULL)
        self._is_overflowing = not has_room
        self._check_threads()
        self._wake()

    def publish_health(self, message: HealthMessage) -> None:
        """Tell how the node fares, in place of what was not told yet; returns at once.

        Raises:
            PublishError: A thread that sends or saves has died, which is a bug.
        """
        self._check_threads()
        self._client.set_health(message)

    def close(self, timeout_seconds: float = CLOSE_SECONDS) -> None:
        """Tell what is left, say `offline` and leave.

        What cannot be told in time stays in the outbox's file for the next run; without one it is
        lost, and counted.

        Args:
            timeout_seconds: The most it takes, give or take a moment for manners. With nothing
                left to tell and no broker it takes no time.
        """
        self._client.begin_closing(timeout_seconds)
        patience_seconds = timeout_seconds + _MANNERS_SECONDS
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(patience_seconds)
            elif self._writer is not None:
                self._writer.close()  # it was never started
            if self._writer is not None:
                self._writer.begin_closing()  # after the client, for its last PUBACKs
        if self.inbox is not None:
            self.inbox.give_up()
        dropped, kept = self._outbox.close()
        if dropped:
            _log.error("%d detections are lost: the broker did not take them in time", dropped)
        if kept:
            _log.warning("%d detections wait in the outbox for the next start", kept)

    def _check_threads(self) -> None:
        if any(thread.ident and not thread.is_alive() for thread in self._threads):
            raise PublishError(
                "a thread that publishes has died", hint="its traceback is in the log; report it"
            )


def _thread(run: Callable[[], None], name: str) -> threading.Thread:
    return threading.Thread(target=run, name=name, daemon=True)
