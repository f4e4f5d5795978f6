"""An MQTT subscriber that records all messages, independent of the daemon's client."""

import secrets
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

import pytest
from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

PATIENCE_SECONDS = 60.0
"""Long enough for a busy machine; only a hang takes as long."""


@dataclass(frozen=True)
class Received:
    """A message as a subscriber received it.

    Attributes:
        topic: The full topic.
        payload: The content.
        qos: The quality of service.
        retain: True if the broker had retained it before the subscription.
        at_seconds: The time of reception, on the monotonic clock.
        correlation: The correlation data of a response, if any.
    """

    topic: str
    payload: bytes
    qos: int
    retain: bool
    at_seconds: float = field(compare=False)
    correlation: bytes | None = None

    @property
    def text(self) -> str:
        """The payload, decoded."""
        return self.payload.decode()


class Subscriber:
    """An MQTT 5 client that records everything.

    It reconnects after a lost broker. A persistent broker then delivers what it missed.
    """

    def __init__(
        self,
        port: int,
        topic: str = "#",
        user: tuple[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
        client_id: str = "",
    ) -> None:
        self._topic = topic
        self._received: list[Received] = []
        self._changed = threading.Condition()
        self._subscriptions = 0
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id or f"subscriber-{secrets.token_hex(4)}",
            protocol=MQTTProtocolVersion.MQTTv5,
        )
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message
        if user is not None:
            self._client.username_pw_set(*user)
        if tls is not None:
            self._client.tls_set_context(tls)
        self._client.reconnect_delay_set(1, 1)
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho's gap
        properties.SessionExpiryInterval = 3_600
        # A session that began clean is lost when mosquitto is killed.
        host = "localhost" if tls else "127.0.0.1"
        self._client.connect_async(host, port, clean_start=False, properties=properties)

    def __enter__(self) -> Self:
        self._client.loop_start()
        self.wait_for_subscription(1)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    @property
    def received(self) -> list[Received]:
        """All messages so far, in order."""
        with self._changed:
            return list(self._received)

    def on(self, topic: str) -> list[Received]:
        """Returns all messages so far on one topic, in order."""
        return [message for message in self.received if message.topic == topic]

    def publish(
        self, topic: str, payload: bytes, *, retain: bool, reply_to: tuple[str, bytes] | None = None
    ) -> None:
        """Publishes a message with QoS 1; `reply_to` is its response topic and correlation data."""
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho's gap
        if reply_to is not None:
            properties.ResponseTopic, properties.CorrelationData = reply_to
        self._client.publish(topic, payload, qos=1, retain=retain, properties=properties)

    def wait_for(
        self,
        predicate: Callable[[list[Received]], Any],
        timeout_seconds: float = PATIENCE_SECONDS,
    ) -> list[Received]:
        """Returns all messages as soon as the predicate holds for them; else the test fails."""
        with self._changed:
            if not self._changed.wait_for(lambda: predicate(self._received), timeout_seconds):
                pytest.fail(
                    f"not within {timeout_seconds} s; of {len(self._received)} messages received "
                    f"the last are {self._received[-3:]}"
                )
            return list(self._received)

    def wait_for_subscription(self, times: int) -> None:
        """Returns once the broker has acknowledged the subscription so many times."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._subscriptions >= times, PATIENCE_SECONDS):
                pytest.fail("the broker acknowledged no subscription")

    def _on_connect(
        self,
        client: Client,
        _data: object,
        flags: ConnectFlags,
        _reason: ReasonCode,
        _p: Properties | None,
    ) -> None:
        if not flags.session_present:
            client.subscribe(self._topic, qos=1)
        elif self._subscriptions == 0:  # confirmed to an earlier client of this id
            self._on_subscribe()

    def _on_subscribe(self, *_: object) -> None:
        with self._changed:
            self._subscriptions += 1
            self._changed.notify_all()

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        with self._changed:
            self._received.append(
                Received(
                    message.topic,
                    bytes(message.payload),
                    message.qos,
                    message.retain,
                    time.monotonic(),
                    getattr(message.properties, "CorrelationData", None),
                )
            )
            self._changed.notify_all()
