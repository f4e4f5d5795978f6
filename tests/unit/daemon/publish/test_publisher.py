"""What a subscriber at a real broker receives."""

import json
from collections.abc import Callable

import pytest
from mosquitto import Broker, MakeBroker
from mqtt_subscriber import Subscriber

from soundpost.health import Health
from soundpost.messages import DetectionMessage, MessageBuilder, encode
from soundpost.publish.publisher import MqttPublisher

MakePublisher = Callable[..., MqttPublisher]
MakeMessages = Callable[[int], list[DetectionMessage]]

STATUS = "soundpost/post/status"
DETECTIONS = "soundpost/post/detections"
HEALTH = "soundpost/post/health"


def test_detections_arrive_as_encoded_and_in_order(
    broker: Broker,
    subscriber: Subscriber,
    make_publisher: MakePublisher,
    messages: MakeMessages,
) -> None:
    """Byte for byte, QoS 1, none of them retained."""
    told = messages(200)
    publisher = make_publisher(broker.url)
    for message in told:
        publisher.publish(message)
    subscriber.wait_for(lambda _: len(subscriber.on(DETECTIONS)) >= len(told))
    got = subscriber.on(DETECTIONS)
    assert [message.payload for message in got] == [encode(message) for message in told]
    assert {(message.qos, message.retain) for message in got} == {(1, False)}


def test_every_acknowledged_detection_is_counted(
    broker: Broker, make_publisher: MakePublisher, messages: MakeMessages, health: Health
) -> None:
    """Status and health are not: they are readings, not messages."""
    publisher = make_publisher(broker.url)
    for message in messages(50):
        publisher.publish(message)
    publisher.close()
    assert (health.messages_sent, health.messages_dropped, health.connects) == (50, 0, 1)


def test_a_late_subscriber_learns_that_the_node_is_online(
    broker: Broker, subscriber: Subscriber, make_publisher: MakePublisher
) -> None:
    """The status is retained, with QoS 1."""
    make_publisher(broker.url)
    subscriber.wait_for(lambda _: subscriber.on(STATUS))
    with Subscriber(broker.port) as late:
        late.wait_for(lambda _: late.on(STATUS))
        (status,) = late.on(STATUS)
    assert (status.text, status.qos, status.retain) == ("online", 1, True)


def test_an_orderly_close_says_offline_once(
    broker: Broker, subscriber: Subscriber, make_publisher: MakePublisher
) -> None:
    """It is the node that says it; the broker drops the last will."""
    publisher = make_publisher(broker.url)
    subscriber.wait_for(lambda _: subscriber.on(STATUS))
    publisher.close()
    with Subscriber(broker.port) as late:
        late.wait_for(lambda _: late.on(STATUS))
        assert [message.text for message in late.on(STATUS)] == ["offline"]
    assert [message.text for message in subscriber.on(STATUS)] == ["online", "offline"]


def test_offline_comes_after_everything_else(
    broker: Broker,
    subscriber: Subscriber,
    make_publisher: MakePublisher,
    messages: MakeMessages,
    builder: MessageBuilder,
) -> None:
    """What is told just before the close is still told, the last health included."""
    publisher = make_publisher(broker.url)
    for message in messages(100):
        publisher.publish(message)
    publisher.publish_health(builder.health(Health(windows=7), 0))
    publisher.close()
    subscriber.wait_for(lambda got: got and got[-1].text == "offline")
    assert len(subscriber.on(DETECTIONS)) == 100
    assert json.loads(subscriber.on(HEALTH)[-1].text)["counters"]["windows"] == 7


def test_the_latest_health_is_retained(
    broker: Broker, subscriber: Subscriber, make_publisher: MakePublisher, builder: MessageBuilder
) -> None:
    """A late subscriber gets the last one, as it was encoded."""
    publisher = make_publisher(broker.url)
    for windows in range(10):
        last = builder.health(Health(windows=windows), 0)
        publisher.publish_health(last)
    subscriber.wait_for(lambda _: encode(last) in [got.payload for got in subscriber.on(HEALTH)])
    with Subscriber(broker.port, HEALTH) as late:
        (kept,) = late.wait_for(len)
    assert (kept.payload, kept.retain) == (encode(last), True)


def test_health_takes_back_the_offline_of_an_earlier_life(
    broker: Broker, subscriber: Subscriber, make_publisher: MakePublisher, builder: MessageBuilder
) -> None:
    """A will that the broker sends late, for a connection cut before, does not stay."""
    publisher = make_publisher(broker.url)
    subscriber.wait_for(lambda _: subscriber.on(STATUS))
    subscriber.publish(STATUS, b"offline", retain=True)
    subscriber.wait_for(lambda _: subscriber.on(STATUS)[-1].text == "offline")
    publisher.publish_health(builder.health(Health(), 0))
    subscriber.wait_for(lambda _: subscriber.on(STATUS)[-1].text == "online")


@pytest.mark.parametrize("limit", [1, 3])
def test_a_broker_that_takes_few_at_once_gets_all(
    make_broker: MakeBroker,
    make_publisher: MakePublisher,
    messages: MakeMessages,
    builder: MessageBuilder,
    limit: int,
) -> None:
    """The broker's receive maximum is kept, by detections and readings together."""
    broker = make_broker(extra=(f"max_inflight_messages {limit}",))
    with Subscriber(broker.port, DETECTIONS) as subscriber:
        publisher = make_publisher(broker.url)
        for message in messages(60):
            publisher.publish(message)
            publisher.publish_health(builder.health(Health(), 0))
        got = subscriber.wait_for(lambda got: len(got) >= 60)
    assert [json.loads(message.text)["seq"] for message in got] == list(range(1, 61))


def test_prefix_and_node_make_the_topics(
    broker: Broker, subscriber: Subscriber, make_publisher: MakePublisher
) -> None:
    """Two houses can share a broker."""
    make_publisher(broker.url, prefix="barn")
    subscriber.wait_for(lambda _: subscriber.on("barn/post/status"))
