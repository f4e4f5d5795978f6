"""Publishes to the broker without ever delaying the pipeline."""

import logging
from functools import partial
from threading import Thread
from typing import Self

from soundpost.config import MqttConfig
from soundpost.errors import PublishError
from soundpost.health import Health, Problem
from soundpost.messages.payload import DetectionMessage, HealthMessage
from soundpost.messages.summary import SummaryMessage
from soundpost.mqtt.broker import connection_settings, load_broker_address
from soundpost.mqtt.wakeup import Wakeup
from soundpost.publish.client import MqttClient, NodeTopics
from soundpost.publish.detections import RefusedTopics
from soundpost.publish.node.description import (
    NodeDescription,
    build_announcer,
    retained_topics,
)
from soundpost.publish.outbox.location import outbox_path
from soundpost.publish.outbox.open_events import LeftOpenEvent
from soundpost.publish.outbox.outbox import Outbox
from soundpost.publish.outbox.writer import FULL, OutboxWriter
from soundpost.publish.retained.sender import build_state_sender
from soundpost.publish.retained.state_topics import SoundStates
from soundpost.publish.retained.topics import RetainedTopics
from soundpost.system.log_once import LogOnce
from soundpost.system.units import BYTES_PER_MEGABYTE

__all__ = ["CLOSE_SECONDS", "MqttPublisher", "NodeDescription"]

CLOSE_SECONDS = 5.0
"""The time that `close` gives the broker by default to take what is left."""
_CLOSE_GRACE_SECONDS = 0.5
"""Added to the time-out when threads end: for a last packet, and to close the outbox's file."""

_Thread = partial(Thread, daemon=True)
_log = logging.getLogger("soundpost.publish")


class MqttPublisher:
    """Publishes from its own threads; a context manager that starts them, and closes.

    Detections and summaries go through the outbox, and through its file if there is one. Status and
    health are retained states: only the latest value counts, so they do not queue.

    Args:
        config: The `[mqtt]` table.
        node: The node.
        health: The counters of messages and connections.

    Attributes:
        state_topics: The values of `sound/…`, `group/…`, `settings` and `level`.
        wake: Wakes the client's thread, when there is something to publish.
        inbox: Receives commands; None if `mqtt.commands` is off.
        retire: Makes `close` clear the retained topics, too; a signal handler may call it.

    Raises:
        ConfigError: The broker's address, credentials or certificates cannot be used.
        PublishError: Another process uses the outbox's file.
    """

    def __init__(self, config: MqttConfig, node: NodeDescription, health: Health) -> None:
        self._broker = load_broker_address(config)
        outbox = Outbox(config.queue_messages, health)
        self._outbox = outbox.intake
        base = node.base(config.prefix)
        refused_topics, wakeup = RefusedTopics(self._broker, health), Wakeup()
        self.wake, self.inbox = wakeup.set, None
        if config.commands:
            from soundpost.publish.inbox.inbox import build_inbox  # noqa: PLC0415 - off by default

            self.inbox = build_inbox(base, refused_topics.on_reason_code, wakeup.set, health)
        settings = connection_settings(config, self._broker, node.node_name.path)
        states = build_state_sender(config, base, settings.run_id, refused_topics)
        self.state_topics, self._own_status = states.state_topics, states.own_status
        own = self._sound_topics = node.sound_topics(config)
        self._sounds: SoundStates | None = None
        if node.labels:
            groups = {group: node.groups[group] for group in own.groups}
            self._sounds = SoundStates(node.labels, groups, self.state_topics, own.labels)
        announcer = build_announcer(config, node, health)
        served = retained_topics(config, node, announcer)
        retained = RetainedTopics(served, base, node.topics_of_gone_sources(config))
        self.retire = retained.retire
        topics = NodeTopics(base, outbox.feed, states, retained, announcer, self.inbox)
        self._client = MqttClient(settings, topics, refused_topics, wakeup, health)
        self._threads = [_Thread(target=self._client.run, name="soundpost-mqtt")]
        self._writer: OutboxWriter | None = None
        if path := outbox_path(config):
            budget_bytes = config.outbox_megabytes * BYTES_PER_MEGABYTE
            self._writer = OutboxWriter(
                path, budget_bytes, outbox.storage, health, self.wake, retained
            )
            self._threads.append(_Thread(target=self._writer.run, name="soundpost-outbox"))
        self._overflow_log = LogOnce(_log)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_connected(self) -> bool:
        """True while the broker is connected."""
        return self._client.is_connected

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems of the node at its broker."""
        return (Problem.DUPLICATE_NODE,) if self._own_status.has_duplicate else ()

    @property
    def last_seq(self) -> int:
        """The number of the last detection, perhaps of an earlier run; the next must be higher."""
        return self._outbox.last_seq

    def start(self) -> None:
        """Starts the threads; returns at once, with or without a broker."""
        if self._broker.is_exposed:
            _log.warning(
                "%s is not encrypted: anyone on the network can read and forge its messages "
                "(use mqtts://)",
                self._broker,
            )
        self._sound_topics.log()
        for thread in self._threads:
            thread.start()

    def publish(self, message: DetectionMessage) -> None:
        """Appends a detection to the outbox; returns at once.

        Raises:
            PublishError: A thread that publishes or stores has died, which is a bug.
        """
        if self._sounds is not None:
            self._sounds.update(message)
        self._append(message)

    def publish_summary(self, message: SummaryMessage) -> None:
        """Appends a summary to the outbox, as `publish` does a detection."""
        if self._sounds is not None:
            self._sounds.update_lasting(message)
        self._append(message)

    def _append(self, message: DetectionMessage | SummaryMessage) -> None:
        if self._outbox.append(message):
            self._overflow_log.recover()
        else:
            self._overflow_log.fail(FULL)
        self._require_threads()
        self.wake()

    def pop_left_open(self) -> list[LeftOpenEvent]:
        """Removes and returns the events that an earlier run left open, for their last messages."""
        return self._outbox.pop_left_open()

    def publish_health(self, message: HealthMessage) -> None:
        """Queues health, in place of a message that was not sent yet; returns at once.

        Raises:
            PublishError: A thread that publishes or stores has died, which is a bug.
        """
        self._require_threads()
        self._client.set_health(message)

    def close(self, timeout_seconds: float = CLOSE_SECONDS) -> None:
        """Publishes what is left and `offline`, and disconnects.

        What cannot be published in time stays in the outbox's file for the next run; without a
        file it is lost, and counted.

        Args:
            timeout_seconds: The longest wait for the broker, if there is anything left to publish.
        """
        self._client.begin_closing(timeout_seconds)
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(timeout_seconds + _CLOSE_GRACE_SECONDS)
            elif self._writer is not None:
                self._writer.close()  # it was never started
            if self._writer is not None:
                self._writer.begin_closing()  # after the client, for its last PUBACKs
        if self.inbox is not None:
            self.inbox.drop_results()
        dropped, stored = self._outbox.close()
        if dropped:
            _log.error("%d detections are lost: the broker did not take them in time", dropped)
        if stored:
            _log.warning("%d detections wait in the outbox for the next start", stored)

    def _require_threads(self) -> None:
        if any(thread.ident and not thread.is_alive() for thread in self._threads):
            raise PublishError(
                "a thread that publishes has died", hint="its traceback is in the log; report it"
            )
