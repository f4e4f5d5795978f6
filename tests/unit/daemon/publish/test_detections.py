"""Brokers that say no, and things that are no brokers."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from mosquitto import Access, Broker, MakeBroker, wait_until
from mqtt_subscriber import Subscriber
from probe_failures import probe_refusal
from watched_log import Log

from soundpost.config import MqttConfig
from soundpost.health import Health
from soundpost.messages import DetectionMessage
from soundpost.publish.connection import IN_FLIGHT
from soundpost.publish.probe import probe
from soundpost.publish.publisher import MqttPublisher

MakePublisher = Callable[..., MqttPublisher]
MakeMessages = Callable[[int], list[DetectionMessage]]
DETECTIONS = "soundpost/post/detections"


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    """A file that only its owner can read, with the password `secret-7`."""
    path = tmp_path / "password"
    path.write_text("secret-7\n", encoding="utf-8")
    path.chmod(0o600)
    return path


def test_a_probe_measures_the_round_trip(broker: Broker) -> None:
    """Some milliseconds, and nothing stays behind at the broker."""
    assert 0.0 < probe(MqttConfig(broker=broker.url), "post") < 10_000.0
    with Subscriber(broker.port) as subscriber:
        subscriber.publish("end", b"", retain=False)
        assert [message.topic for message in subscriber.wait_for(len)] == ["end"]


def test_a_wrong_password_is_told(make_broker: MakeBroker, password_file: Path) -> None:
    """The user is named, the password is not."""
    broker = make_broker(Access({"post": "another"}))
    error = probe_refusal(broker.url, username="post", password_file=str(password_file))
    assert str(error) == f"{broker.url} does not let post in: Not authorized"
    assert "mqtt.password_file" in error.hint


def test_a_right_password_is_let_in(make_broker: MakeBroker, password_file: Path) -> None:
    """The line's end is no part of it."""
    broker = make_broker(Access({"post": "secret-7"}))
    config = MqttConfig(broker=broker.url, username="post", password_file=str(password_file))
    assert probe(config, "post") > 0.0


def test_a_password_is_never_logged(
    make_broker: MakeBroker, make_publisher: MakePublisher, password_file: Path, log: Log
) -> None:
    """Neither when it works nor when it does not."""
    right, wrong = make_broker(Access({"post": "secret-7"})), make_broker(Access({"post": "no"}))
    for broker in (right, wrong):
        make_publisher(broker.url, username="post", password_file=str(password_file))
    log.wait_for("connected to")
    log.wait_for("does not let post in")
    assert log.count("secret-7") == 0


def test_a_refusal_to_connect_is_told_once(
    make_broker: MakeBroker, make_publisher: MakePublisher, log: Log
) -> None:
    """However often it is tried again."""
    broker = make_broker(Access({"post": "secret"}))
    make_publisher(broker.url)
    log.wait_for("does not let anonymous clients in: Not authorized")
    wait_until(lambda: broker.log.count("not authorised") >= 3)
    assert log.count("does not let") == 1


def test_messages_that_an_access_list_refuses_are_kept_and_told_once(
    make_broker: MakeBroker,
    make_publisher: MakePublisher,
    messages: MakeMessages,
    health: Health,
    log: Log,
) -> None:
    """The broker lets the node in and takes its status, but not its detections."""
    broker = make_broker(Access(acl=("topic write soundpost/post/status",)))
    publisher = make_publisher(broker.url, messages(30))
    wait_until(lambda: broker.log.count("Denied PUBLISH") > IN_FLIGHT)
    assert (health.messages_sent, health.messages_waiting) == (0, 30)
    publisher.close(timeout_seconds=0.0)
    assert health.messages_dropped == 30
    told = log.wait_for(f"refuses messages on {DETECTIONS}: Not authorized")
    assert "let anonymous clients write to soundpost/post/#" in told
    assert log.count("refuses messages") == 1


def test_what_was_refused_arrives_in_order_when_it_is_allowed(
    make_broker: MakeBroker,
    make_publisher: MakePublisher,
    messages: MakeMessages,
    health: Health,
) -> None:
    """It is asked for again and again, with one message at a time, and nothing is lost."""
    broker = make_broker(Access(acl=("topic write soundpost/post/status", "topic read #")))
    with Subscriber(broker.port, DETECTIONS) as subscriber:
        make_publisher(broker.url, messages(30))
        wait_until(lambda: broker.log.count("Denied PUBLISH") > IN_FLIGHT)
        broker.change_access("topic readwrite #")
        got = subscriber.wait_for(lambda got: len(got) == 30)
    wait_until(lambda: health.messages_sent == 30)
    assert [json.loads(message.text)["seq"] for message in got] == list(range(1, 31))
    assert broker.log.count("Denied PUBLISH") < 2 * IN_FLIGHT


def test_a_probe_says_what_the_access_list_lacks(make_broker: MakeBroker) -> None:
    """Connected is not yet allowed."""
    broker = make_broker(Access(acl=("topic read #",)))
    error = probe_refusal(broker.url)
    assert "refuses messages on soundpost/post/check: Not authorized" in str(error)
    assert error.hint == "let anonymous clients write to soundpost/post/#"


def test_a_node_needs_no_right_to_read(
    make_broker: MakeBroker, make_publisher: MakePublisher, messages: MakeMessages, health: Health
) -> None:
    """Writing below its own name is enough, for a run and for a check."""
    broker = make_broker(Access(acl=("topic write soundpost/post/#",)))
    publisher = make_publisher(broker.url)
    publisher.publish(messages(1)[0])
    publisher.close()
    assert health.messages_sent == 1
    assert probe(MqttConfig(broker=broker.url), "post") > 0.0


def test_two_nodes_of_one_name_are_told_apart(
    broker: Broker, make_publisher: MakePublisher, log: Log
) -> None:
    """Each run has a client id of its own, so they do not throw each other out."""
    for _ in range(2):
        make_publisher(broker.url)
    wait_until(lambda: log.count("connected to") == 2)
    assert log.count("lost") == 0
