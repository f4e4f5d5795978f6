"""The publisher at a real broker: what a subscriber receives, and how it ends."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from mosquitto import Broker, MakeBroker, wait_until
from mqtt_subscriber import Subscriber
from watched_log import Log

from soundpost.errors import PublishError
from soundpost.health import Health
from soundpost.messages import DetectionMessage, MessageBuilder, encode
from soundpost.publish.outbox.outbox import OutboxFeed
from soundpost.publish.outbox.storage import OutboxStorage
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
    """They arrive byte for byte, with QoS 1, not retained."""
    published = messages(200)
    publisher = make_publisher(broker.url)
    for message in published:
        publisher.publish(message)
    subscriber.wait_for(lambda _: len(subscriber.on(DETECTIONS)) >= len(published))
    received = subscriber.on(DETECTIONS)
    assert [message.payload for message in received] == [encode(message) for message in published]
    assert {(message.qos, message.retain) for message in received} == {(1, False)}


def test_every_acknowledged_detection_is_counted(
    broker: Broker, make_publisher: MakePublisher, messages: MakeMessages, health: Health
) -> None:
    """Status and health are states and are not counted."""
    publisher = make_publisher(broker.url)
    for message in messages(50):
        publisher.publish(message)
    publisher.close()
    assert (health.messages_sent, health.messages_dropped, health.connects) == (50, 0, 1)


def test_a_late_subscriber_receives_the_status(
    broker: Broker, subscriber: Subscriber, make_publisher: MakePublisher
) -> None:
    """The status `online` is retained, with QoS 1."""
    make_publisher(broker.url)
    subscriber.wait_for(lambda _: subscriber.on(STATUS))
    with Subscriber(broker.port) as late:
        late.wait_for(lambda _: late.on(STATUS))
        (status,) = late.on(STATUS)
    assert (status.text, status.qos, status.retain) == ("online", 1, True)


def test_a_proper_close_publishes_offline_once(
    broker: Broker, subscriber: Subscriber, make_publisher: MakePublisher
) -> None:
    """The node publishes it; the broker discards the last will."""
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
    """Messages from just before the close are still sent, the last health included."""
    publisher = make_publisher(broker.url)
    for message in messages(100):
        publisher.publish(message)
    publisher.publish_health(builder.health(Health(windows=7), 0))
    publisher.close()
    subscriber.wait_for(lambda received: received and received[-1].text == "offline")
    assert len(subscriber.on(DETECTIONS)) == 100
    assert json.loads(subscriber.on(HEALTH)[-1].text)["counters"]["windows"] == 7


def test_the_latest_health_is_retained(
    broker: Broker, subscriber: Subscriber, make_publisher: MakePublisher, builder: MessageBuilder
) -> None:
    """A late subscriber receives the last one, byte for byte."""
    publisher = make_publisher(broker.url)
    for windows in range(10):
        last = builder.health(Health(windows=windows), 0)
        publisher.publish_health(last)
    subscriber.wait_for(
        lambda _: encode(last) in [message.payload for message in subscriber.on(HEALTH)]
    )
    with Subscriber(broker.port, HEALTH) as late:
        (retained,) = late.wait_for(len)
    assert (retained.payload, retained.retain) == (encode(last), True)


def test_each_health_message_repeats_the_status(
    broker: Broker, subscriber: Subscriber, make_publisher: MakePublisher, builder: MessageBuilder
) -> None:
    """A last will that the broker publishes late, for an earlier connection, does not stay."""
    publisher = make_publisher(broker.url)
    subscriber.wait_for(lambda _: subscriber.on(STATUS))
    subscriber.publish(STATUS, b"offline", retain=True)
    subscriber.wait_for(lambda _: subscriber.on(STATUS)[-1].text == "offline")
    publisher.publish_health(builder.health(Health(), 0))
    subscriber.wait_for(lambda _: subscriber.on(STATUS)[-1].text == "online")


@pytest.mark.parametrize("limit", [1, 3])
def test_a_broker_with_a_small_receive_maximum_gets_all_messages(
    make_broker: MakeBroker,
    make_publisher: MakePublisher,
    messages: MakeMessages,
    builder: MessageBuilder,
    limit: int,
) -> None:
    """Detections and states together stay below it."""
    broker = make_broker(extra=(f"max_inflight_messages {limit}",))
    with Subscriber(broker.port, DETECTIONS) as subscriber:
        publisher = make_publisher(broker.url)
        for message in messages(60):
            publisher.publish(message)
            publisher.publish_health(builder.health(Health(), 0))
        received = subscriber.wait_for(lambda received: len(received) >= 60)
    assert [json.loads(message.text)["seq"] for message in received] == list(range(1, 61))


def test_prefix_and_node_make_the_topics(
    broker: Broker, subscriber: Subscriber, make_publisher: MakePublisher
) -> None:
    """Two sites with different prefixes can share a broker."""
    make_publisher(broker.url, prefix="barn")
    subscriber.wait_for(lambda _: subscriber.on("barn/post/status"))


@pytest.fixture(params=[(OutboxFeed, "next_unsent"), (OutboxStorage, "pending")])
def break_thread(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], None]:
    """Provides a function that ends the client's or the writer's thread with a TypeError."""
    owner, name = request.param
    return lambda: monkeypatch.setattr(owner, name, None)  # not callable


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_bug_in_a_thread_is_raised_in_the_pipeline(
    break_thread: Callable[[], None],
    tmp_path: Path,
    broker: Broker,
    make_publisher: MakePublisher,
    messages: MakeMessages,
    log: Log,
) -> None:
    """A publisher with a dead thread raises PublishError."""
    publisher = make_publisher(broker.url, outbox=str(tmp_path / "outbox.db"))
    log.wait_for("connected to")
    break_thread()

    def publish_until_it_raises() -> bool:
        publisher.publish(messages(1)[0])
        return False

    with pytest.raises(PublishError, match="has died"):
        wait_until(publish_until_it_raises)


def test_publishing_unencrypted_to_another_machine_is_warned_of(
    make_publisher: MakePublisher, log: Log
) -> None:
    """The warning is logged at the start; 192.0.2.0/24 is reserved for documents (RFC 5737)."""
    make_publisher("mqtt://192.0.2.1")
    assert "is not encrypted" in log.wait_for("WARNING")


def test_publishing_unencrypted_on_this_machine_is_not_warned_of(
    broker: Broker, make_publisher: MakePublisher, log: Log
) -> None:
    """Loopback is not shared with others."""
    make_publisher(broker.url)
    log.wait_for("connected to")
    assert log.count("not encrypted") == 0
