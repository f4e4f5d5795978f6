"""Brokers that accept less than MQTT 5 has, and what still works with them."""

import time
from collections.abc import Callable

import pytest
from mosquitto import MakeBroker, wait_until
from mqtt_subscriber import Subscriber
from probe_failures import probe_refusal
from scripted_broker import (
    PUBACK,
    WILL_FLAG,
    WILL_QOS,
    WILL_RETAIN,
    Packet,
    connack,
    default_reply,
    packet,
    scripted_broker,
    text_property,
)
from watched_log import Log

from soundpost.config import MqttConfig
from soundpost.health import Health
from soundpost.messages import DetectionMessage, MessageBuilder
from soundpost.messages.payload import encode
from soundpost.mqtt.broker import ConnectionSettings, load_broker_address
from soundpost.mqtt.connection import connection
from soundpost.publish.probe import probe
from soundpost.publish.publisher import MqttPublisher

MakePublisher = Callable[..., MqttPublisher]
MakeMessages = Callable[[int], list[DetectionMessage]]
DETECTIONS = "soundpost/post/detections"
STATUS = "soundpost/post/status"
REASON_STRING, SERVER_REFERENCE = 0x1F, 0x1C


@pytest.mark.parametrize(
    "option",
    ["max_packet_size 400", "message_size_limit 300"],
)
def test_what_is_too_large_is_left_out(
    make_broker: MakeBroker,
    make_publisher: MakePublisher,
    messages: MakeMessages,
    health: Health,
    log: Log,
    option: str,
) -> None:
    """Detections are counted as dropped and logged once; the connection holds, states arrive."""
    broker = make_broker(extra=(option,))
    with Subscriber(broker.port) as subscriber:
        publisher = make_publisher(broker.url, messages(30))
        wait_until(lambda: health.messages_dropped == 30)
        assert (health.messages_sent, health.messages_waiting) == (0, 0)
        subscriber.wait_for(lambda _: subscriber.on(STATUS))
        publisher.close()
        subscriber.wait_for(lambda _: subscriber.on(STATUS)[-1].text == "offline")
    line = log.wait_for("ERROR detections are dropped: Packet too large")
    assert ("at most 400" in line) == option.startswith("max_packet_size")
    assert (log.count("detections are dropped"), health.connects) == (1, 1)


def test_small_messages_pass_between_those_that_are_too_large(
    make_broker: MakeBroker,
    make_publisher: MakePublisher,
    messages: MakeMessages,
    builder: MessageBuilder,
) -> None:
    """A large health message is left out, and blocks nothing."""
    report, detections = builder.health(Health(), 0), messages(3)
    between = (len(encode(report)) + len(encode(detections[0]))) // 2 + len(DETECTIONS)
    broker = make_broker(extra=(f"max_packet_size {between}",))
    with Subscriber(broker.port) as subscriber:
        publisher = make_publisher(broker.url)
        publisher.publish_health(report)
        for message in detections:
            publisher.publish(message)
        subscriber.wait_for(lambda _: len(subscriber.on(DETECTIONS)) == 3)
        assert subscriber.on("soundpost/post/health") == []


def test_a_subscription_that_is_too_large_is_left_out(
    make_publisher: MakePublisher, health: Health, log: Log
) -> None:
    """As is all else for a broker that takes 28 bytes; the connection holds."""
    tiny = connack(0, b"\x27\0\0\0\x1c")
    with scripted_broker(lambda p: tiny if p.kind == 1 else default_reply(p)) as broker:
        publisher = make_publisher(broker.url, commands=True)
        log.wait_for("the broker refuses what mqtt.commands needs: Packet too large")
        assert publisher.is_connected
        publisher.close(timeout_seconds=0.0)
        assert ({p.kind for p in broker.received} - {1, 14}, health.connects) == (set(), 1)


def test_a_limit_that_is_not_announced_is_learned(
    make_publisher: MakePublisher, messages: MakeMessages, health: Health
) -> None:
    """After a DISCONNECT for its size the largest message is left out; the others arrive."""

    def reply(received: Packet) -> bytes | None:
        is_large = received.kind == 3 and received.size > 400
        return packet(0xE0, b"\x95\0") if is_large else default_reply(received)

    with scripted_broker(reply) as broker:
        publisher = make_publisher(broker.url, messages(2))
        wait_until(lambda: health.messages_dropped == 2)
        wait_until(lambda: publisher.is_connected)
        assert health.connects == 2


@pytest.mark.parametrize(
    "options",
    [("retain_available false",), ("max_qos 0",), ("retain_available false", "max_qos 0")],
)
def test_what_a_broker_refuses_is_left_away(
    make_broker: MakeBroker,
    make_publisher: MakePublisher,
    messages: MakeMessages,
    health: Health,
    log: Log,
    options: tuple[str, ...],
) -> None:
    """Detections, states and the last will arrive without it; the log states it once."""
    broker = make_broker(extra=options)
    with Subscriber(broker.port) as subscriber:
        publisher = make_publisher(broker.url, messages(30))
        subscriber.wait_for(lambda _: len(subscriber.on(DETECTIONS)) == 30)
        wait_until(lambda: health.messages_sent == 30)
        qos, retain = "max_qos 0" not in options, "retain_available false" not in options
        assert f"q{qos:d}, r{retain:d}" in broker.log
        publisher.close()
        subscriber.wait_for(lambda _: subscriber.on(STATUS)[-1].text == "offline")
    assert health.connects == 1
    assert log.count("does not support") == 1


def test_a_will_is_tried_with_less_only_after_a_refusal() -> None:
    """Retain and QoS are left away one by one, at once and not after a pause."""

    def reply(received: Packet) -> bytes | None:
        if received.kind != 1:
            return default_reply(received)
        if received.will_flags & WILL_RETAIN:
            return connack(0x9A)
        return connack(0x9B if received.will_flags & WILL_QOS else 0)

    with scripted_broker(reply) as broker:
        began_seconds = time.monotonic()
        with connection.Connection(_settings(broker.url), ("a/status", b"offline")):
            pass
        assert time.monotonic() - began_seconds < 5.0
        wills = [received.will_flags for received in broker.of_kind(1)]
    assert [flags & (WILL_FLAG | WILL_QOS | WILL_RETAIN) for flags in wills] == [0x2C, 0x0C, 0x04]


@pytest.mark.parametrize(
    ("code", "properties", "message", "hint"),
    [
        (0x85, b"", "Client identifier not valid", "mqtt.client_id"),
        (0x86, b"", "Bad user name or password", "mqtt.password_file"),
        (0x87, text_property(REASON_STRING, "no policy"), "(no policy)", "mqtt.client_id"),
        (0x87, text_property(REASON_STRING, "\x1b[2J\nroot"), r"\x1b[2J\nroot", "mqtt"),
        (0x87, text_property(REASON_STRING, "x" * 9_000), "…", "mqtt"),
        (0x88, b"", "Server unavailable", "tries again"),
        (0x89, b"", "Server busy", "tries again"),
        (0x8A, b"", "Banned", "locked"),
        (0x95, b"", "Packet too large", "CONNECT"),
        (0x97, b"", "Quota exceeded", "tries again"),
        (0x9A, b"", "Retain not supported", "broker's log"),
        (0x9D, text_property(SERVER_REFERENCE, "b2:8883"), "it names b2:8883", "mqtt.broker"),
        (0x9F, b"", "Connection rate exceeded", "tries again"),
        (0xF0, b"", "does not answer as an MQTT 5 broker", "MQTT 5"),
    ],
)
def test_a_refusal_is_shown_with_a_hint_that_fits(
    code: int, properties: bytes, message: str, hint: str
) -> None:
    """The broker's own words are printable and short."""
    length = packet(0, properties)[1:]
    with scripted_broker(lambda _: packet(0x20, bytes([0, code]) + length)) as broker:
        error = probe_refusal(broker.url)
    assert message in str(error)
    assert hint in error.hint
    assert len(str(error)) < 500
    assert str(error).isprintable()


def test_a_broker_with_rules_for_client_identifiers(
    make_broker: MakeBroker, make_publisher: MakePublisher, log: Log
) -> None:
    """The hint names the key, and with it the client is admitted."""
    broker = make_broker(extra=("clientid_prefixes thing-",))
    make_publisher(broker.url)
    assert "mqtt.client_id" in log.wait_for("does not let anonymous clients in")
    make_publisher(broker.url, client_id="thing-7")
    log.wait_for(f"connected to {broker.url} as thing-7")
    probe(MqttConfig(broker=broker.url, client_id="thing-7"), "post")
    assert log.count("another client has taken over") == 0


def test_the_words_of_a_broker_about_a_message_are_logged(
    make_publisher: MakePublisher, messages: MakeMessages, log: Log
) -> None:
    """A refused detection is kept; the log has the reason once."""

    def reply(received: Packet) -> bytes | None:
        if received.kind == 3 and received.topic == DETECTIONS:
            words = text_property(REASON_STRING, "over quota\n")
            return packet(PUBACK << 4, received.mid + b"\x97" + packet(0, words)[1:])
        return default_reply(received)

    with scripted_broker(reply) as broker:
        publisher = make_publisher(broker.url, messages(3))
        line = log.wait_for(f"refuses messages on {DETECTIONS}: Quota exceeded")
        assert r"(over quota\n)" in line
        publisher.close(timeout_seconds=0.0)
    assert log.count("refuses messages") == 1


def test_an_unknown_reason_refuses_the_message_only(
    make_publisher: MakePublisher, messages: MakeMessages, health: Health, log: Log
) -> None:
    """It is kept, and the connection too."""

    def reply(received: Packet) -> bytes | None:
        if received.kind == 3 and received.topic == DETECTIONS:
            return packet(PUBACK << 4, received.mid + b"\xc8")
        return default_reply(received)

    with scripted_broker(reply) as broker:
        publisher = make_publisher(broker.url, messages(3))
        log.wait_for(f"refuses messages on {DETECTIONS}: reason code 0xc8")
        assert publisher.is_connected
        publisher.close(timeout_seconds=0.0)
    assert (health.connects, health.messages_sent) == (1, 0)


def test_a_broker_that_acknowledges_nothing_is_left(
    make_publisher: MakePublisher,
    messages: MakeMessages,
    log: Log,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It answers pings, but only a new connection allows to send the messages again."""
    monkeypatch.setattr(connection, "_ACKNOWLEDGE_SECONDS", 0.3)

    def reply(received: Packet) -> bytes | None:
        is_first = len(broker.of_kind(1)) < 2
        return b"" if received.kind == 3 and is_first else default_reply(received)

    with scripted_broker(reply) as broker:
        make_publisher(broker.url, messages(3))
        log.wait_for("it has acknowledged nothing for")
        wait_until(lambda: len(broker.published(DETECTIONS)) == 6)


def test_a_server_keepalive_is_kept(make_publisher: MakePublisher) -> None:
    """The broker's one second wins over the thirty of the configuration."""
    keepalive = connack(0, b"\x13\0\1")
    with scripted_broker(lambda p: keepalive if p.kind == 1 else default_reply(p)) as broker:
        publisher = make_publisher(broker.url)
        wait_until(lambda: len(broker.of_kind(12)) >= 3)
        assert publisher.is_connected
        assert len(broker.of_kind(1)) == 1


@pytest.mark.parametrize("properties", [b"\x21\0\0", b"\x27\0\0\0\0"])
def test_a_limit_of_nothing_is_a_broken_broker(properties: bytes) -> None:
    """Receive Maximum and Maximum Packet Size are never 0."""
    with scripted_broker(lambda _: connack(0, properties)) as broker:
        assert "does not answer as an MQTT 5 broker" in str(probe_refusal(broker.url))


def _settings(url: str) -> ConnectionSettings:
    return ConnectionSettings(load_broker_address(MqttConfig(broker=url)), "me", 30, "run")
