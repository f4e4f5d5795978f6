"""The live view on its way to the broker: behind everything else, and never late."""

import threading
import time
from collections.abc import Callable
from functools import partial

import pytest
from mosquitto import Broker, wait_until
from mqtt_subscriber import PATIENCE_SECONDS, Received, Subscriber
from scripted_broker import PUBLISH, Packet, connack, default_reply, scripted_broker

from soundpost.config import MqttConfig
from soundpost.health import Health
from soundpost.messages import DetectionMessage
from soundpost.publish import client
from soundpost.publish.publisher import MqttPublisher, NodeDescription
from soundpost.publish.retained.state_topics import StateTopics

TOPIC = "soundpost/post/live_view"
PINGED_SECONDS = 0.3
"""Longer than a message takes over loopback, for what must not arrive."""
MakeMessages = Callable[[int], list[DetectionMessage]]


def has_length(subscriber: Subscriber, length: int, _seen: list[Received]) -> bool:
    """Returns whether so many messages of the live view were received."""
    return len(subscriber.on(TOPIC)) == length


def set_live(publisher: MqttPublisher, payload: bytes) -> None:
    """Queues a message as the live view does."""
    publisher.state_topics.set_live("live_view", payload)
    publisher.wake()


def test_it_is_sent_at_once_with_qos_0_and_not_retained(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client is woken for each message; a subscriber that comes later does not get it."""
    monkeypatch.setattr(client, "_POLL_SECONDS", 60 * PATIENCE_SECONDS)
    config = MqttConfig(broker=broker.url)
    with MqttPublisher(config, NodeDescription("post"), Health()) as publisher:
        with Subscriber(broker.port) as subscriber:
            subscriber.wait_for(lambda _: subscriber.on("soundpost/post/status"))
            for number in range(1, 4):
                set_live(publisher, f"{number}".encode())
                subscriber.wait_for(partial(has_length, subscriber, number))
            assert {(m.qos, m.retain) for m in subscriber.on(TOPIC)} == {(0, False)}
        with Subscriber(broker.port) as late:
            late.publish("end", b"", retain=False)
            seen = late.wait_for(lambda seen: any(m.topic == "end" for m in seen))
            assert TOPIC not in [m.topic for m in seen]


def test_while_detections_wait_the_latest_message_waits_behind_them(
    messages: MakeMessages,
) -> None:
    """However many the live view has meanwhile: no detection waits for one of them."""
    held: list[Packet] = []
    is_holding, release = threading.Event(), threading.Event()

    def reply(received: Packet) -> bytes | None:
        if received.kind == 1:
            return connack(0, b"\x21\x00\x01")  # one message in flight
        if is_holding.is_set() and received.kind == PUBLISH:
            held.append(received)
            release.wait(PATIENCE_SECONDS)
        return default_reply(received)

    with scripted_broker(reply) as broker:
        health = Health()
        config = MqttConfig(broker=broker.url)
        with MqttPublisher(config, NodeDescription("post"), health) as publisher:
            wait_until(lambda: len(broker.published("soundpost/post/status")) == 1)
            is_holding.set()
            for message in messages(3):
                publisher.publish(message)
            wait_until(lambda: len(held) == 1)
            for number in range(50):
                set_live(publisher, f"{number}".encode())
            time.sleep(PINGED_SECONDS)
            assert broker.published(TOPIC) == []
            is_holding.clear()
            release.set()
            wait_until(lambda: bool(broker.published(TOPIC)))
            wait_until(lambda: health.messages_sent == 3)
        sent = [received.topic for received in broker.of_kind(PUBLISH)]
        assert sent.index(TOPIC) > sent.index("soundpost/post/detections")
        (live,) = broker.published(TOPIC)
        assert (live.qos, live.is_retained, live.body[-2:]) == (0, False, b"49")


def test_a_message_of_before_a_reconnect_is_dropped() -> None:
    """A view of some minutes ago would look current."""
    state_topics = StateTopics()
    state_topics.set_live("live_view", b"old")
    state_topics.resend_all()
    assert state_topics.pop_live() is None


def test_the_latest_message_replaces_one_that_waits() -> None:
    """Nothing piles up, and it is sent once."""
    state_topics = StateTopics()
    for payload in (b"first", b"second"):
        state_topics.set_live("live_view", payload)
    live = state_topics.pop_live()
    assert live is not None
    assert (live.topic, live.payload, live.is_retained, live.qos) == (
        "live_view",
        b"second",
        False,
        0,
    )
    assert state_topics.pop_live() is None
    assert state_topics.pop_pending() == []


def test_a_message_that_is_too_large_for_the_broker_is_counted() -> None:
    """The connection goes on."""

    def reply(received: Packet) -> bytes | None:
        if received.kind == 1:
            return connack(0, b"\x27" + (300).to_bytes(4))
        return default_reply(received)

    with scripted_broker(reply) as broker:
        health = Health()
        config = MqttConfig(broker=broker.url)
        with MqttPublisher(config, NodeDescription("post"), health) as publisher:
            wait_until(lambda: bool(broker.published("soundpost/post/status")))
            set_live(publisher, b"x" * 301)
            wait_until(lambda: health.messages_too_large == 1)
            set_live(publisher, b"small")
            wait_until(lambda: bool(broker.published(TOPIC)))
            assert health.connects == 1
