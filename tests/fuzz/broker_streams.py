"""Bytes that a broker may send: a client that connects, and packets of every kind as seeds."""

import contextlib
import socket
import threading
from collections.abc import Iterator

from sample_messages import message
from scripted_broker import CONNACK, PUBACK, PUBLISH, SUBACK, connack, packet, text_property

from soundpost.config import MqttConfig
from soundpost.health import Health
from soundpost.messages import ModelIdentity
from soundpost.publish.publisher import MqttPublisher, NodeDescription

MOST_BYTES = 8_192
"""Of a stream: more is more of the same, and a flood is throttled."""
PATIENCE_SECONDS = 30.0
_MODEL = ModelIdentity(id="esc50", version="1.0.0", sha256="5e" * 32)
_PROPERTIES = {
    0x01: b"\1",
    0x02: b"\0\0\0\7",
    0x03: b"\0\1x",
    0x08: b"\0\7p/n/log",
    0x09: b"\0\1\xff",
    0x0B: b"\1",
    0x11: b"\0\0\0\0",
    0x12: b"\0\1x",
    0x13: b"\0\1",
    0x15: b"\0\1x",
    0x16: b"\0\1x",
    0x1A: b"\0\1x",
    0x1C: b"\0\1x",
    0x1F: b"\0\2no",
    0x21: b"\0\1",
    0x22: b"\0\0",
    0x23: b"\0\1",
    0x24: b"\0",
    0x25: b"\0",
    0x26: b"\0\1a\0\1b",
    0x27: b"\0\0\2\0",
    0x28: b"\0",
    0x29: b"\0",
    0x2A: b"\0",
}
"""A value for each property of MQTT 5 (section 2.2.2.2)."""


def serve_stream(stream: bytes) -> None:
    """Connects a node with all its features to a broker that sends these bytes and closes.

    Raises:
        AssertionError: The thread of the client has died.
    """
    health, failures = Health(), list[BaseException | None]()
    hook, threading.excepthook = threading.excepthook, lambda args: failures.append(args.exc_value)
    try:
        _serve(stream, health)
    finally:
        threading.excepthook = hook
    if failures:
        raise AssertionError("a thread has died") from failures[0]
    assert health.messages_sent + health.messages_dropped <= 2


def _serve(stream: bytes, health: Health) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=_send, args=(listener, stream), daemon=True)
        server.start()
        config = MqttConfig(
            broker=f"mqtt://127.0.0.1:{listener.getsockname()[1]}",
            prefix="p",
            discovery=True,
            commands=True,
        )
        publisher = MqttPublisher(config, NodeDescription("n", ("siren", "dog"), _MODEL), health)
        publisher.publish(message(1))
        publisher.start()
        server.join(PATIENCE_SECONDS)
        assert not server.is_alive()
        publisher.publish(message(2))
        publisher.close(timeout_seconds=0.0)


def _send(listener: socket.socket, stream: bytes) -> None:
    """Sends the bytes to the first client; returns when it has closed."""
    client, _ = listener.accept()
    client.settimeout(PATIENCE_SECONDS)
    with client, contextlib.suppress(OSError):
        client.recv(4096)
        client.sendall(stream[:MOST_BYTES])
        client.shutdown(socket.SHUT_WR)
        while client.recv(65_536):
            pass


def publish(topic: str, payload: bytes = b"", flags: int = 0, properties: bytes = b"") -> bytes:
    """Returns a PUBLISH packet."""
    mid = b"\0\7" if flags & 6 else b""
    body = len(topic.encode()).to_bytes(2) + topic.encode() + mid
    return packet(PUBLISH << 4 | flags, body + _block(properties) + payload)


def _block(properties: bytes) -> bytes:
    """Returns properties with their length before them."""
    return packet(0, properties)[1:]


def streams() -> Iterator[bytes]:
    """Yields streams with every packet and every property, valid and not."""
    accepted = connack()
    command = b'{"id": "a1"}'
    subacks = b"".join(packet(SUBACK << 4, mid.to_bytes(2) + b"\0\1") for mid in range(1, 9))
    acks = b"".join(packet(PUBACK << 4, mid.to_bytes(2)) for mid in range(1, 9))
    yield accepted + subacks + acks
    yield b"".join(connack(code) for code in (0, 0x9A, 0x9B, 0x87))
    every = b"".join(bytes([name]) + value for name, value in _PROPERTIES.items())
    for name, value in _PROPERTIES.items():
        one = bytes([name]) + value
        yield connack(0, one) + subacks + publish("p/n/command/mute", command, properties=one)
    yield accepted + publish("p/n/command/mute", command, 2, every)
    yield accepted + publish("p/n/command/reload", command, 1) + publish("other/topic", b"x" * 99)
    yield accepted + subacks + publish("homeassistant/status", b"online") * 9
    yield accepted + publish("homeassistant/device/n/soundpost/config", b'{"components": {}}', 1)
    yield accepted + publish("p/n/command/mute", command, 4) + publish("p/n/command/x", b"", 6)
    reasons = _block(text_property(0x1F, "\x1b[2J\n"))
    yield accepted + b"".join(
        packet(kind << 4, b"\0\1" + bytes([code]) + reasons)
        for kind, code in ((PUBACK, 0x87), (PUBACK, 0x95), (SUBACK, 0x8F), (PUBACK, 0xC8))
    )
    yield accepted + packet(0xE0, b"\x95" + reasons)
    yield accepted + packet(0xE0, b"\x8e")
    for kind in range(16):
        yield accepted + packet(kind << 4, b"") + packet(kind << 4 | 2, b"\0\1\0\0")
    yield accepted + bytes([PUBLISH << 4, 0xFF, 0xFF, 0xFF, 0x7F]) + b"x" * 999
    yield bytes([CONNACK << 4, 0xFF, 0xFF, 0xFF, 0x7F])
    yield accepted + packet(0xD0, b"") * 99 + packet(0xC0, b"") * 99
