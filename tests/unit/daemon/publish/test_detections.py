"""Detections and clients that a broker refuses."""

import json
from collections.abc import Callable
from pathlib import Path

from mosquitto import Access, Broker, MakeBroker, wait_until
from mqtt_subscriber import Subscriber
from sample_messages import message, summary
from watched_log import Log

from soundpost.config import MqttConfig
from soundpost.health import Health
from soundpost.messages import DetectionMessage, encode
from soundpost.mqtt.connection import RECEIVE_MAXIMUM
from soundpost.publish.probe import probe
from soundpost.publish.publisher import MqttPublisher

MakePublisher = Callable[..., MqttPublisher]
MakeMessages = Callable[[int], list[DetectionMessage]]
DETECTIONS = "soundpost/post/detections"
SUMMARIES = "soundpost/post/summaries"


def test_a_password_is_never_logged(
    make_broker: MakeBroker, make_publisher: MakePublisher, password_file: Path, log: Log
) -> None:
    """Neither an accepted nor a refused password is logged."""
    right, wrong = make_broker(Access({"post": "secret-7"})), make_broker(Access({"post": "no"}))
    for broker in (right, wrong):
        make_publisher(broker.url, username="post", password_file=str(password_file))
    log.wait_for("connected to")
    log.wait_for("does not let post in")
    assert log.count("secret-7") == 0


def test_a_refused_connection_is_logged_once(
    make_broker: MakeBroker, make_publisher: MakePublisher, log: Log
) -> None:
    """Further attempts add no lines."""
    broker = make_broker(Access({"post": "secret"}))
    make_publisher(broker.url)
    log.wait_for("does not let anonymous clients in: Not authorized")
    wait_until(lambda: broker.log.count("not authorised") >= 3)
    assert log.count("does not let") == 1


def test_refused_detections_stay_in_the_outbox_and_are_logged_once(
    make_broker: MakeBroker,
    make_publisher: MakePublisher,
    messages: MakeMessages,
    health: Health,
    log: Log,
) -> None:
    """The access list allows the status, but not detections."""
    broker = make_broker(Access(acl=("topic write soundpost/post/status",)))
    publisher = make_publisher(broker.url, messages(30))
    wait_until(lambda: broker.log.count("Denied PUBLISH") > RECEIVE_MAXIMUM)
    assert (health.messages_sent, health.messages_waiting) == (0, 30)
    publisher.close(timeout_seconds=0.0)
    assert health.messages_dropped == 30
    line = log.wait_for(f"refuses messages on {DETECTIONS}: Not authorized")
    assert "let anonymous clients write to soundpost/post/#" in line
    assert log.count("refuses messages") == 1


def test_refused_detections_arrive_in_order_once_they_are_allowed(
    make_broker: MakeBroker,
    make_publisher: MakePublisher,
    messages: MakeMessages,
    health: Health,
) -> None:
    """One message at a time is retried, and none is lost."""
    broker = make_broker(Access(acl=("topic write soundpost/post/status", "topic read #")))
    with Subscriber(broker.port, DETECTIONS) as subscriber:
        make_publisher(broker.url, messages(30))
        wait_until(lambda: broker.log.count("Denied PUBLISH") > RECEIVE_MAXIMUM)
        broker.change_access("topic readwrite #")
        received = subscriber.wait_for(lambda received: len(received) == 30)
    wait_until(lambda: health.messages_sent == 30)
    assert [json.loads(message.text)["seq"] for message in received] == list(range(1, 31))
    assert broker.log.count("Denied PUBLISH") < 2 * RECEIVE_MAXIMUM


def test_summaries_arrive_on_a_topic_of_their_own_in_one_order(
    broker: Broker, make_publisher: MakePublisher, health: Health
) -> None:
    """With QoS 1 and not retained; they count as messages."""
    with Subscriber(broker.port) as subscriber:
        publisher = make_publisher(broker.url)
        for seq in range(1, 41):
            if seq % 2:
                publisher.publish_summary(summary(seq))
            else:
                publisher.publish(message(seq))
        subscriber.wait_for(lambda _: len(subscriber.on(DETECTIONS)) == 20)
        received = [m for m in subscriber.received if m.topic in {DETECTIONS, SUMMARIES}]
    publisher.close()
    assert [json.loads(m.text)["seq"] for m in received] == list(range(1, 41))
    assert [m.payload for m in received[::2]] == [encode(summary(n)) for n in range(1, 41, 2)]
    assert {m.topic for m in received[::2]} == {SUMMARIES}
    assert {(m.qos, m.retain) for m in received} == {(1, False)}
    assert (health.messages_sent, health.messages_dropped) == (40, 0)


def test_refused_summaries_hold_up_no_detection(
    make_broker: MakeBroker, make_publisher: MakePublisher, health: Health, log: Log
) -> None:
    """The access list names the topic of detections only; the loss is counted, and logged once."""
    acl = ("topic write soundpost/post/status", f"topic readwrite {DETECTIONS}")
    broker = make_broker(Access(acl=acl))
    with Subscriber(broker.port, DETECTIONS) as subscriber:
        publisher = make_publisher(broker.url)
        for seq in range(1, 61, 2):
            publisher.publish_summary(summary(seq))
            publisher.publish(message(seq + 1))
        received = subscriber.wait_for(lambda received: len(received) == 30)
    wait_until(lambda: health.messages_sent + health.messages_dropped == 60)
    assert [json.loads(m.text)["seq"] for m in received] == list(range(2, 61, 2))
    assert (health.messages_sent, health.messages_dropped) == (30, 30)
    assert f"{SUMMARIES}: Not authorized" in log.wait_for("refuses messages")
    assert log.count(f"refuses messages on {SUMMARIES}") == 1


def test_a_node_needs_no_right_to_read(
    make_broker: MakeBroker, make_publisher: MakePublisher, messages: MakeMessages, health: Health
) -> None:
    """The right to write below its base topic is enough, for `run` and for `check`."""
    broker = make_broker(Access(acl=("topic write soundpost/post/#",)))
    publisher = make_publisher(broker.url)
    publisher.publish(messages(1)[0])
    publisher.close()
    assert health.messages_sent == 1
    assert probe(MqttConfig(broker=broker.url), "post") > 0.0


def test_two_nodes_of_one_name_do_not_disconnect_each_other(
    broker: Broker, make_publisher: MakePublisher, log: Log
) -> None:
    """Each run has a client id of its own."""
    for _ in range(2):
        make_publisher(broker.url)
    wait_until(lambda: log.count("connected to") == 2)
    assert log.count("lost") == 0
