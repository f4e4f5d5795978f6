"""An MQTT subscriber that uses only the broker's URL and the topic."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol
from urllib.parse import urlsplit

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode


class Receiver(Protocol):
    """An object that takes the messages."""

    def receive(self, topic: str, payload: bytes) -> None:
        """Takes a message; runs in the MQTT client's thread."""


@contextmanager
def subscribed(url: str, node: str, receiver: Receiver) -> Iterator[None]:
    """Passes every message of a node to the receiver during the context."""
    address = urlsplit(url)
    is_tls = address.scheme == "mqtts"
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)

    def subscribe(
        _client: Client,
        _data: object,
        _flags: ConnectFlags,
        _code: ReasonCode,
        _p: Properties | None,
    ) -> None:
        client.subscribe(f"soundpost/{node}/#", qos=1)

    def receive(_client: Client, _data: object, message: MQTTMessage) -> None:
        receiver.receive(message.topic.rpartition("/")[2], bytes(message.payload))

    client.on_connect = subscribe
    client.on_message = receive
    if is_tls:
        client.tls_set()
    client.connect(address.hostname or "localhost", address.port or (8883 if is_tls else 1883))
    client.loop_start()
    try:
        yield
    finally:
        client.disconnect()
        client.loop_stop()
