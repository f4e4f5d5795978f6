"""Commands and their results over a real broker."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from command_client import next_command
from fake_broker import deaf_broker
from mosquitto import Access, Broker, MakeBroker, wait_until
from mqtt_subscriber import PATIENCE_SECONDS, Subscriber
from watched_log import Log

from soundpost.config import MqttConfig
from soundpost.errors import ConfigError
from soundpost.health import Health
from soundpost.messages import ModelIdentity
from soundpost.messages.result import Status
from soundpost.publish.broker import load_broker_address
from soundpost.publish.connection import LARGEST_BYTES
from soundpost.publish.inbox.inbox import CommandInbox
from soundpost.publish.inbox.results import UNTOLD
from soundpost.publish.message import IncomingMessage
from soundpost.publish.publisher import MqttPublisher

MakePublisher = Callable[..., MqttPublisher]
COMMAND = "soundpost/post/command/reload"
RESULT = "soundpost/post/result"


def porter_of(publisher: MqttPublisher, broker: Broker, times: int = 1) -> CommandInbox:
    """Its porter, once the broker has let it listen for so many times."""
    wait_until(lambda: broker.log.count("soundpost/post/command/+ (QoS") >= times)
    assert publisher.inbox is not None
    return publisher.inbox


def carry_out(inbox: CommandInbox) -> str:
    """The id of the next command, of which it is now said that it is done."""
    asked = next_command(inbox)
    inbox.queue_result(inbox.build_result(asked, Status.DONE, "it is done"), asked.reply_to)
    return asked.command.id


def results(subscriber: Subscriber) -> list[dict[str, Any]]:
    """Those that it has received."""
    return [json.loads(message.payload) for message in subscriber.on(RESULT)]


def test_a_command_reaches_the_pipeline_and_its_result_the_sender(
    broker: Broker, subscriber: Subscriber, make_publisher: MakePublisher
) -> None:
    """With QoS 1, not retained, and on the response topic too."""
    inbox = porter_of(make_publisher(broker.url, commands=True), broker)
    subscriber.publish(COMMAND, b'{"id": "a1"}', retain=False, answer=("clients/x", b"7"))
    assert carry_out(inbox) == "a1"
    subscriber.wait_for(lambda _: subscriber.on("clients/x") and subscriber.on(RESULT))
    for topic in (RESULT, "clients/x"):
        (got,) = subscriber.on(topic)
        assert (got.qos, got.retain, got.correlation) == (1, False, b"7")
        assert json.loads(got.payload)["message"] == "it is done"


def test_garbage_is_answered_and_the_next_command_is_heard(
    broker: Broker, subscriber: Subscriber, make_publisher: MakePublisher
) -> None:
    """Bytes that are no text, far too many of them, and what is nested without end."""
    inbox = porter_of(make_publisher(broker.url, commands=True), broker)
    for payload in (b"\xff\x00", b"x" * 200_000, b"[" * 16_000, b"", b"null"):
        subscriber.publish(COMMAND, payload, retain=False)
    subscriber.publish("soundpost/post/command/été", b"{}", retain=False)
    subscriber.publish(COMMAND, b'{"id": "a1"}', retain=False)
    assert carry_out(inbox) == "a1"
    subscriber.wait_for(lambda _: len(results(subscriber)) == 7)
    assert [result["status"] for result in results(subscriber)] == [*["refused"] * 6, "done"]


def test_what_is_larger_than_any_command_never_reaches_the_node(
    broker: Broker, subscriber: Subscriber, make_publisher: MakePublisher
) -> None:
    """The broker is asked to keep it, so that nobody fills a small machine's memory."""
    inbox = porter_of(make_publisher(broker.url, commands=True), broker)
    subscriber.publish(COMMAND, bytes(LARGEST_BYTES + 1), retain=False)
    subscriber.publish(COMMAND, b'{"id": "a1"}', retain=False)
    assert carry_out(inbox) == "a1"
    subscriber.wait_for(lambda _: results(subscriber))
    assert [result["id"] for result in results(subscriber)] == ["a1"]


def test_a_retained_command_is_never_carried_out(
    broker: Broker, subscriber: Subscriber, make_publisher: MakePublisher, log: Log
) -> None:
    """Neither one that was there before the node, nor one that comes while it listens."""
    subscriber.publish(COMMAND, b'{"id": "old"}', retain=True)
    subscriber.wait_for(len)
    inbox = porter_of(make_publisher(broker.url, commands=True), broker)
    subscriber.wait_for(lambda _: len(results(subscriber)) == 1)
    subscriber.publish("soundpost/post/command/selftest", b'{"id": "new"}', retain=True)
    subscriber.wait_for(lambda _: len(results(subscriber)) == 2)
    assert [(one["id"], one["status"]) for one in results(subscriber)] == [
        ("old", "refused"),
        ("new", "refused"),
    ]
    assert inbox.pop_command() is None
    log.wait_for("the command 'reload' is refused: the command is retained")


def test_after_a_lost_connection_results_are_told_and_commands_heard_again(
    make_broker: MakeBroker, make_publisher: MakePublisher
) -> None:
    """The node subscribes anew; what it could not tell it tells then."""
    broker = make_broker(persistent=True)
    publisher = make_publisher(broker.url, commands=True)
    inbox = porter_of(publisher, broker)
    with Subscriber(broker.port, RESULT) as sender:
        sender.publish(COMMAND, b'{"id": "a1"}', retain=False)
        asked = next_command(inbox)
        broker.save()
        broker.kill()
        wait_until(lambda: not publisher.is_connected)
        inbox.queue_result(inbox.build_result(asked, Status.DONE, "it is done"), asked.reply_to)
        broker.start()
        sender.wait_for(lambda _: results(sender))
        porter_of(publisher, broker, times=2)
        sender.publish(COMMAND, b'{"id": "a2"}', retain=False)
        assert carry_out(inbox) == "a2"
        sender.wait_for(lambda _: results(sender)[-1]["id"] == "a2")
    assert results(sender)[0]["id"] == "a1"


def test_what_is_sent_to_a_node_that_is_away_is_never_carried_out(
    broker: Broker, subscriber: Subscriber, make_publisher: MakePublisher
) -> None:
    """What was wanted yesterday is not done today: its session is clean."""
    first = make_publisher(broker.url, commands=True)
    porter_of(first, broker)
    first.close()
    subscriber.publish(COMMAND, b'{"id": "yesterday"}', retain=False)
    subscriber.wait_for(lambda _: subscriber.on(COMMAND))
    inbox = porter_of(make_publisher(broker.url, commands=True), broker, times=2)
    subscriber.publish(COMMAND, b'{"id": "today"}', retain=False)
    assert carry_out(inbox) == "today"


def test_all_results_that_wait_at_a_stop_are_told_before_offline(
    make_broker: MakeBroker, make_publisher: MakePublisher
) -> None:
    """To a broker that takes them one by one; far more wait than may be on their way at once."""
    broker = make_broker(extra=("max_inflight_messages 1",))
    with Subscriber(broker.port, "soundpost/post/#") as sender:
        publisher = make_publisher(broker.url, commands=True)
        inbox = porter_of(publisher, broker)
        sender.publish(COMMAND, b'{"id": "a1"}', retain=False)
        asked = next_command(inbox)
        for number in range(UNTOLD - 1):
            inbox.queue_result(inbox.build_result(asked, Status.DONE, str(number)), asked.reply_to)
        publisher.close(PATIENCE_SECONDS)
        got = sender.wait_for(lambda got: got and got[-1].text == "offline")
    assert [result["message"] for result in results(sender)] == list(map(str, range(UNTOLD - 1)))
    assert [message.topic for message in got[-2:]] == [RESULT, "soundpost/post/status"]


def test_results_that_the_broker_does_not_take_in_time_are_counted(
    make_publisher: MakePublisher, health: Health, log: Log
) -> None:
    """The stop does not wait for ever, and the log says it."""
    with deaf_broker() as deaf:
        publisher = make_publisher(deaf.url, commands=True)
        deaf.welcome(100)
        assert publisher.inbox is not None
        publisher.inbox.on_message(IncomingMessage(COMMAND, b"garbage"))
        publisher.close(timeout_seconds=0.3)
    assert health.results_dropped == 1
    log.wait_for("1 results of commands are lost")


def test_a_response_topic_that_the_broker_refuses_is_told(
    make_broker: MakeBroker, make_publisher: MakePublisher, log: Log
) -> None:
    """In the node's log; the result is where all results are."""
    broker = make_broker(Access(acl=("topic readwrite soundpost/post/#",)))
    inbox = porter_of(make_publisher(broker.url, commands=True), broker)
    with Subscriber(broker.port, RESULT) as sender:
        sender.publish(COMMAND, b'{"id": "a1"}', retain=False, answer=("clients/x", b"7"))
        carry_out(inbox)
        sender.wait_for(lambda _: results(sender))
    log.wait_for("WARNING the broker refuses a result on the response topic clients/x")


def test_nothing_is_listened_to_unless_asked_for(
    broker: Broker, subscriber: Subscriber, make_publisher: MakePublisher
) -> None:
    """By default a node obeys nobody."""
    publisher = make_publisher(broker.url)
    subscriber.wait_for(lambda _: subscriber.on("soundpost/post/status"))
    publisher.close()
    assert publisher.inbox is None
    assert "command" not in broker.log


@pytest.mark.parametrize(
    ("url", "keys"),
    [
        ("mqtt://localhost", {}),
        ("mqtt://127.0.0.1:1883", {}),
        ("mqtt://[::1]", {}),
        ("mqtts://broker.local", {"username": "post"}),
    ],
)
def test_commands_are_taken_where_it_is_known_who_sends_them(
    url: str, keys: dict[str, Any]
) -> None:
    """From this machine, or over TLS from a broker that knows its clients."""
    assert load_broker_address(MqttConfig(broker=url, commands=True, **keys)).host


@pytest.mark.parametrize(
    ("url", "keys", "why"),
    [
        ("mqtt://broker.local", {"username": "post"}, "is not encrypted"),
        ("mqtt://192.168.1.2", {}, "is not encrypted"),
        ("mqtts://broker.local", {}, "without knowing it"),
    ],
)
def test_commands_are_not_taken_from_strangers(url: str, keys: dict[str, Any], why: str) -> None:
    """A configuration that would let everybody mute the node is refused, not warned of."""
    assert load_broker_address(MqttConfig(broker=url, **keys)).host
    with pytest.raises(ConfigError, match=why):
        load_broker_address(MqttConfig(broker=url, commands=True, **keys))


def test_a_node_hears_home_assistant_and_its_commander(
    broker: Broker, subscriber: Subscriber
) -> None:
    """Both over one connection, neither instead of the other."""
    config = "homeassistant/device/post/soundpost/config"
    model = ModelIdentity(id="esc50", version="1.0.0", sha256="5e" * 32)
    keys = MqttConfig(broker=broker.url, commands=True, discovery=True)
    with MqttPublisher(keys, "post", Health(), ("siren",), model) as publisher:
        inbox = porter_of(publisher, broker)
        subscriber.wait_for(lambda _: subscriber.on(config))
        told = len(subscriber.on(config))
        subscriber.publish("homeassistant/status", b"online", retain=False)
        subscriber.publish(COMMAND, b'{"id": "a1"}', retain=False)
        assert carry_out(inbox) == "a1"
        subscriber.wait_for(lambda _: len(subscriber.on(config)) > told)
    assert "siren" in subscriber.on(config)[-1].text
