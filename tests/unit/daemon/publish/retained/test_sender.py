"""States with an expiry interval, and their renewal."""

import time
from collections.abc import Callable

import pytest
from mosquitto import Broker, wait_until
from mqtt_subscriber import Subscriber
from scripted_broker import PUBLISH, connack, default_reply, scripted_broker

from soundpost.config import MqttConfig
from soundpost.health import Health
from soundpost.messages import DetectionMessage, MessageBuilder
from soundpost.publish.publisher import MqttPublisher, NodeDescription

LABELS = [f"label_{number}" for number in range(190)]
EXPIRY_SECONDS = 3.0
MakeMessages = Callable[[int], list[DetectionMessage]]


@pytest.fixture
def config(broker: Broker) -> MqttConfig:
    """Provides a configuration with the shortest interval of reports."""
    return MqttConfig(broker=broker.url, health_seconds=EXPIRY_SECONDS / 3)


def test_a_health_report_renews_every_state_once(
    broker: Broker, config: MqttConfig, builder: MessageBuilder
) -> None:
    """Each label gets one message, and not more."""
    with MqttPublisher(config, NodeDescription("post", LABELS), Health()) as publisher:
        wait_until(lambda: publisher.is_connected)
        with Subscriber(broker.port, "soundpost/post/sound/+") as subscriber:
            subscriber.wait_for(lambda seen: len({m.topic for m in seen}) == len(LABELS) + 1)
            before = len(subscriber.received)
            publisher.publish_health(builder.health(Health(), 0))
            subscriber.wait_for(lambda seen: len(seen) > before + len(LABELS))
            publisher.close()
            assert len(subscriber.received) == before + len(LABELS) + 1


def test_a_detection_does_not_wait_for_renewals(
    broker: Broker, config: MqttConfig, builder: MessageBuilder, messages: MakeMessages
) -> None:
    """It is sent before most of the labels are."""
    with MqttPublisher(config, NodeDescription("post", LABELS), Health()) as publisher:
        wait_until(lambda: publisher.is_connected)
        with Subscriber(broker.port, "soundpost/post/#") as subscriber:
            subscriber.wait_for(lambda seen: len({m.topic for m in seen}) > len(LABELS))
            before = len(subscriber.received)
            publisher.publish_health(builder.health(Health(), 0))
            publisher.publish(messages(1)[0])
            seen = subscriber.wait_for(lambda seen: len(seen) > before + len(LABELS))
    topics = [m.topic for m in seen[before:]]
    assert topics.index("soundpost/post/detections") < len(LABELS) / 2


@pytest.mark.parametrize("receive_maximum", [1, 3, 20])
def test_renewals_and_waiting_detections_take_turns(
    builder: MessageBuilder, messages: MakeMessages, receive_maximum: int
) -> None:
    """Neither a round of renewals nor a long queue of detections is sent before all the others."""
    accepted = connack(0, b"\x21" + receive_maximum.to_bytes(2))
    with scripted_broker(lambda p: accepted if p.kind == 1 else default_reply(p)) as broker:
        config, health = MqttConfig(broker=broker.url), Health()
        with MqttPublisher(config, NodeDescription("post", LABELS), health) as publisher:
            wait_until(lambda: len(broker.of_kind(PUBLISH)) == len(LABELS) + 2)
            publisher.publish_health(builder.health(Health(), 0))
            wait_until(lambda: bool(broker.published("soundpost/post/health")))
            for message in messages(len(LABELS)):
                publisher.publish(message)
            wait_until(lambda: health.messages_sent == len(LABELS))
            wait_until(lambda: len(broker.of_kind(PUBLISH)) == 3 * len(LABELS) + 5)
        topics = [received.topic for received in broker.of_kind(PUBLISH)][len(LABELS) + 2 :]
    is_detection = [topic.endswith("/detections") for topic in topics]
    first, last = is_detection.index(True), len(is_detection) - is_detection[::-1].index(True)
    assert is_detection[first : first + 40].count(True) >= 10
    assert is_detection[first:last].count(False) >= len(LABELS) // 8


def test_states_that_are_not_renewed_expire(
    broker: Broker, config: MqttConfig, builder: MessageBuilder
) -> None:
    """Without health reports, as of a pipeline that hangs, the broker drops all of them."""
    with MqttPublisher(config, NodeDescription("post", LABELS[:2]), Health()) as publisher:
        publisher.publish_health(builder.health(Health(), 0))
        wait_until(lambda: publisher.is_connected)
        time.sleep(EXPIRY_SECONDS + 1.5)  # by the broker's own clock
        with Subscriber(broker.port) as late:
            late.publish("end", b"", retain=False)
            seen = late.wait_for(lambda seen: any(m.topic == "end" for m in seen))
            assert [m.topic for m in seen] == ["end"]
