"""Detections and clients that a broker refuses."""

import json
from collections.abc import Callable
from pathlib import Path

from mosquitto import Access, Broker, MakeBroker, wait_until
from mqtt_subscriber import Subscriber
from watched_log import Log

from soundpost.config import MqttConfig
from soundpost.health import Health
from soundpost.messages import DetectionMessage
from soundpost.publish.connection import RECEIVE_MAXIMUM
from soundpost.publish.probe import probe
from soundpost.publish.publisher import MqttPublisher

MakePublisher = Callable[..., MqttPublisher]
MakeMessages = Callable[[int], list[DetectionMessage]]
DETECTIONS = "soundpost/post/detections"


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
