"""Brokers that break the protocol, flood, trickle or fall silent: at most a lost connection."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from certificates import Certificates
from mosquitto import wait_until
from scripted_broker import (
    PUBLISH,
    Packet,
    connack,
    default_reply,
    packet,
    scripted_broker,
)
from tcp_servers import scripted_server, trickling_server
from watched_log import Log

from soundpost.config import MqttConfig
from soundpost.errors import PublishError
from soundpost.health import Health
from soundpost.messages import DetectionMessage
from soundpost.mqtt.broker import ConnectionSettings, load_broker_address
from soundpost.mqtt.connection import RECEIVED_PER_SECOND, Connection, connection, handshake
from soundpost.mqtt.message import OutgoingMessage
from soundpost.publish.publisher import MqttPublisher

MakePublisher = Callable[..., MqttPublisher]
MakeMessages = Callable[[int], list[DetectionMessage]]
COMMAND = "soundpost/post/command/reload"
DETECTIONS = "soundpost/post/detections"


def publish(topic: str, payload: bytes, flags: int = 0) -> bytes:
    """Returns a PUBLISH packet without properties."""
    mid = b"\0\7" if flags & 6 else b""
    body = len(topic).to_bytes(2) + topic.encode() + mid + b"\0" + payload
    return packet(PUBLISH << 4 | flags, body)


def resident_bytes() -> int:
    """Returns the memory of this process."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096


@pytest.mark.parametrize(
    "stream",
    [
        pytest.param(bytes([0x30, 0xFF, 0xFF, 0xFF, 0x7F]), id="256 MB announced"),
        pytest.param(bytes([0x30, 0xFF, 0xFF, 0xFF, 0x7F]) + bytes(4_000_000), id="and sent"),
        pytest.param(publish(COMMAND, b"{}", 4), id="QoS 2"),
        pytest.param(publish(COMMAND, b"{}", 6), id="QoS 3"),
        pytest.param(packet(0xC0, b""), id="PINGREQ"),
        pytest.param(packet(0x62, b"\0\1"), id="PUBREL"),
        pytest.param(packet(0x50, b"\0\1"), id="PUBREC"),
        pytest.param(packet(0x70, b"\0\1"), id="PUBCOMP"),
        pytest.param(packet(0xF0, b""), id="AUTH"),
        pytest.param(packet(0x10, b"\0\4MQTT\5"), id="CONNECT"),
        pytest.param(packet(0x82, b"\0\1\0\0\1a\0"), id="SUBSCRIBE"),
        pytest.param(connack(), id="second CONNACK"),
        pytest.param(packet(0xB0, b"\0\1\0\0"), id="UNSUBACK"),
        pytest.param(packet(0x90, b"\x77\x77\0\0"), id="SUBACK of nothing"),
        pytest.param(bytes(range(256)) * 40, id="garbage"),
    ],
)
def test_a_broken_stream_is_a_lost_connection(
    make_publisher: MakePublisher, messages: MakeMessages, health: Health, stream: bytes
) -> None:
    """The next connection delivers; nothing of the stream stays in memory."""

    def reply(received: Packet) -> bytes | None:
        answer = default_reply(received)
        is_first = received.kind == 1 and len(broker.of_kind(1)) == 1
        return (answer or b"") + stream if is_first else answer

    with scripted_broker(reply) as broker:
        before_bytes = resident_bytes()
        publisher = make_publisher(broker.url, messages(3), commands=True)
        wait_until(lambda: len(broker.of_kind(1)) > 1 and health.messages_sent == 3)
        wait_until(lambda: publisher.is_connected)
        assert resident_bytes() - before_bytes < 30_000_000


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n", id="HTTP"),
        pytest.param(b"SSH-2.0-OpenSSH_9.2p1\r\n", id="SSH"),
        pytest.param(bytes(4), id="zeros"),
        pytest.param(bytes([0x20, 2, 0, 0]), id="MQTT 3.1.1"),
        pytest.param(bytes([0x20, 2, 0, 0, 0]), id="a CONNACK and a half"),
        pytest.param(bytes([0x20, 5, 0, 0, 2, 0x7E, 1]), id="an unknown property"),
        pytest.param(bytes([0x20, 3, 0, 0xF0, 0]), id="an unknown reason"),
        pytest.param(publish(COMMAND, b"{}"), id="PUBLISH first"),
        pytest.param(bytes([0x20, 0xFF, 0xFF, 0xFF, 0x7F]), id="an endless CONNACK"),
        pytest.param(None, id="nothing"),
    ],
)
def test_a_server_that_is_no_broker_is_tried_again(
    make_publisher: MakePublisher, messages: MakeMessages, log: Log, answer: bytes | None
) -> None:
    """It is logged once, with a hint that names MQTT 5."""
    with scripted_broker(lambda _: answer) as broker:
        publisher = make_publisher(broker.url, messages(1))
        line = log.wait_for("does not answer as an MQTT 5 broker")
        assert "must support MQTT 5" in line
        wait_until(lambda: len(broker.of_kind(1)) > 1)
        for message in messages(1):
            publisher.publish(message)
        assert log.count("must support MQTT 5") == 1
        publisher.close(timeout_seconds=0.0)


def test_a_flood_of_messages_is_throttled_and_delays_nothing_else(
    make_publisher: MakePublisher, messages: MakeMessages, health: Health, log: Log
) -> None:
    """Garbage on command topics, on others, retained and not; detections still arrive."""
    flood = b"".join(
        publish(topic, payload, flags)
        for topic in (COMMAND, "other/topic", "homeassistant/status", "soundpost/post/command/x")
        for payload in (b"", b"garbage", b"online", b"x" * 300)
        for flags in (0, 1, 2, 3, 8)
    )
    floods = 10 * RECEIVED_PER_SECOND // 80

    def reply(received: Packet) -> bytes | None:
        answer = default_reply(received)
        return answer + flood * floods if received.kind == 8 and answer else answer

    with scripted_broker(reply) as broker:
        began_seconds = time.monotonic()
        make_publisher(broker.url, messages(5), commands=True)
        wait_until(lambda: health.messages_sent == 5)
        wait_until(lambda: health.commands_invalid > 2 * RECEIVED_PER_SECOND)
        elapsed_seconds = time.monotonic() - began_seconds
        assert health.commands_invalid <= RECEIVED_PER_SECOND * (elapsed_seconds + 2)
        assert (health.connects, len(broker.of_kind(1))) == (1, 1)
    assert log.count("is refused") <= 10


@pytest.mark.parametrize("unit", [b"\xd0\0", packet(0x40, b"\x77\x77")], ids=["pongs", "acks"])
def test_a_flood_of_empty_packets_takes_little_time(
    make_publisher: MakePublisher, unit: bytes
) -> None:
    """The sound needs the processor: what no request waits for is read slowly."""

    def reply(received: Packet) -> bytes | None:
        answer = default_reply(received)
        return answer + unit * 400_000 if received.kind == 1 and answer else answer

    with scripted_broker(reply) as broker:
        publisher = make_publisher(broker.url)
        wait_until(lambda: publisher.is_connected)
        before_seconds = time.process_time()
        time.sleep(3.0)
        assert time.process_time() - before_seconds < 2.0
        assert publisher.is_connected


def test_a_broker_that_never_reads_cannot_fill_the_memory(make_publisher: MakePublisher) -> None:
    """Each of its messages wants an acknowledgement, which it does not take."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        publisher = make_publisher(f"mqtt://127.0.0.1:{listener.getsockname()[1]}", commands=True)
        client, _ = listener.accept()
        with client:
            client.sendall(connack())
            wait_until(lambda: publisher.is_connected)
            before_bytes = resident_bytes()
            client.settimeout(1.0)
            with contextlib.suppress(TimeoutError, ConnectionError):
                for _ in range(50):
                    client.sendall(publish("o", b"", 2) * 20_000)
            assert resident_bytes() - before_bytes < 30_000_000
        publisher.close(timeout_seconds=0.0)


def test_a_connack_that_trickles_in_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time-out is that of the whole answer, not of each byte."""
    monkeypatch.setattr(handshake, "CONNECT_SECONDS", 0.5)
    with trickling_server(bytes([0x20, 0x7F])) as url:
        address = load_broker_address(MqttConfig(broker=url))
        settings = ConnectionSettings(address, "me", 30, "run")
        with pytest.raises(PublishError, match="silent for"), Connection(settings):
            pass


def test_packets_that_trickle_in_are_no_acknowledgement(
    make_publisher: MakePublisher, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broker that sends a byte now and then is not taken for a live one for ever."""
    monkeypatch.setattr(connection, "_ACKNOWLEDGE_SECONDS", 0.5)
    with trickling_server(connack() + bytes([0x30, 0xFF, 0x7F])) as url:
        make_publisher(url)
        log.wait_for("it has acknowledged nothing for")


def test_a_broker_that_answers_no_ping_is_left() -> None:
    """Within two keepalives."""
    with scripted_broker(lambda p: b"" if p.kind == 12 else default_reply(p)) as broker:
        settings = ConnectionSettings(
            load_broker_address(MqttConfig(broker=broker.url)), "me", 1, "run"
        )
        with pytest.raises(PublishError, match="Keep alive timeout"), Connection(settings) as it:
            poll_for(it, 60.0)


def poll_for(opened: Connection, seconds: float) -> None:
    """Drives a connection for a time."""
    deadline_seconds = time.monotonic() + seconds
    while time.monotonic() < deadline_seconds:
        opened.poll(0.2)


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", bytes(64), b"\x15\3\3\0\2"]
)
def test_garbage_in_place_of_tls_is_a_failed_connection(
    make_publisher: MakePublisher, certificates: Certificates, log: Log, answer: bytes
) -> None:
    """It is logged, and the next attempt follows."""
    with scripted_server(answer) as (port, accepted):
        make_publisher(f"mqtts://localhost:{port}", ca_file=certificates.path("ca.crt"))
        log.wait_for("TLS")
        wait_until(lambda: len(accepted) > 1)


def test_a_name_server_that_hangs_delays_neither_detections_nor_the_close(
    make_publisher: MakePublisher, messages: MakeMessages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the thread of the client waits for it."""
    is_over = threading.Event()

    def hang(*_: object, **__: object) -> list[object]:
        is_over.wait(120.0)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    try:
        began_seconds = time.monotonic()
        publisher = make_publisher("mqtt://broker.example", messages(3))
        publisher.publish(messages(1)[0])
        publisher.close(timeout_seconds=0.1)
        assert time.monotonic() - began_seconds < 30.0
    finally:
        is_over.set()


def test_a_descriptor_above_a_thousand_is_no_failure() -> None:
    """select(2) knows only the first 1,024; other parts of the process may use them up."""
    with contextlib.ExitStack() as held, scripted_broker() as broker:
        for _ in range(1_100):
            held.enter_context(socket.socket())
        replies: list[str | None] = []
        settings = ConnectionSettings(
            load_broker_address(MqttConfig(broker=broker.url)), "me", 30, "run"
        )
        with Connection(settings) as it:
            it.publish(OutgoingMessage("t", b"x", replies.append))
            while not replies:
                it.poll(10.0)
    assert replies == [None]
