"""Commands and their results over a real broker."""

import json
from collections.abc import Callable
from typing import Any

from command_client import next_command
from fake_broker import silent_broker
from mosquitto import Access, Broker, MakeBroker, wait_until
from mqtt_subscriber import PATIENCE_SECONDS, Subscriber
from watched_log import Log

from soundpost.config import MqttConfig
from soundpost.health import Health
from soundpost.messages import ModelIdentity
from soundpost.messages.result import CommandOutcome, CommandStatus
from soundpost.mqtt.connection import MAXIMUM_PACKET_BYTES
from soundpost.mqtt.message import IncomingMessage
from soundpost.publish.inbox.inbox import CommandInbox, PendingCommand
from soundpost.publish.inbox.results import MOST_WAITING
from soundpost.publish.publisher import MqttPublisher, NodeDescription
from soundpost.system.rate_limit import LOGGED_BURST

MakePublisher = Callable[..., MqttPublisher]
COMMAND = "soundpost/post/command/reload"
RESULT = "soundpost/post/result"


def subscribed_inbox(publisher: MqttPublisher, broker: Broker, times: int = 1) -> CommandInbox:
    """Returns the inbox, once the broker has logged so many subscriptions."""
    wait_until(lambda: broker.log.count("soundpost/post/command/+ (QoS") >= times)
    assert publisher.inbox is not None
    return publisher.inbox


def execute_next(inbox: CommandInbox, message: str = "it is done") -> str:
    """Pops the next command and queues its result; returns its id."""
    pending = next_command(inbox)
    queue_done(inbox, pending, message)
    return pending.command.id


def queue_done(inbox: CommandInbox, pending: PendingCommand, message: str = "it is done") -> None:
    """Queues the result `done` of a command."""
    result = inbox.build_result(pending, CommandOutcome(CommandStatus.DONE, message))
    inbox.queue_result(result, pending.reply_to)


def results(subscriber: Subscriber) -> list[dict[str, Any]]:
    """Returns the results that a subscriber has received."""
    return [json.loads(message.payload) for message in subscriber.on(RESULT)]


def test_a_command_reaches_the_inbox_and_its_result_the_sender(
    broker: Broker, subscriber: Subscriber, make_publisher: MakePublisher
) -> None:
    """The result has QoS 1, is not retained, and goes to the response topic too."""
    inbox = subscribed_inbox(make_publisher(broker.url, commands=True), broker)
    subscriber.publish(COMMAND, b'{"id": "a1"}', retain=False, reply_to=("clients/x", b"7"))
    assert execute_next(inbox) == "a1"
    subscriber.wait_for(lambda _: subscriber.on("clients/x") and subscriber.on(RESULT))
    for topic in (RESULT, "clients/x"):
        (result,) = subscriber.on(topic)
        assert (result.qos, result.retain, result.correlation) == (1, False, b"7")
        assert json.loads(result.payload)["message"] == "it is done"


def test_a_result_that_is_too_large_for_the_broker_arrives_short(
    make_broker: MakeBroker, make_publisher: MakePublisher, health: Health
) -> None:
    """With the id and the status, on both topics; those that fit arrive whole."""
    broker = make_broker(extra=("max_packet_size 800",))
    inbox = subscribed_inbox(make_publisher(broker.url, commands=True), broker)
    with Subscriber(broker.port) as subscriber:
        for command_id, message in (("a1", "first " * 300), ("a2", "it is done")):
            payload = json.dumps({"id": command_id}).encode()
            subscriber.publish(COMMAND, payload, retain=False, reply_to=("clients/x", b"7"))
            assert execute_next(inbox, message) == command_id
        subscriber.wait_for(
            lambda _: len(subscriber.on("clients/x")) == len(results(subscriber)) == 2
        )
        for topic in (RESULT, "clients/x"):
            received = sorted(subscriber.on(topic), key=lambda each: each.text)
            short, whole = (json.loads(each.payload) for each in received)
            assert (short["id"], short["status"]) == ("a1", "done")
            assert short["message"].startswith("first first")
            assert "commands.json" in short["hint"]
            assert (whole["id"], whole["message"], whole["hint"]) == ("a2", "it is done", "")
            assert {each.correlation for each in received} == {b"7"}
    assert (health.connects, health.messages_too_large) == (1, 1)
    wait_until(lambda: inbox.waiting == 0)  # the broker acknowledges after it has delivered


def test_garbage_is_refused_and_the_next_command_is_executed(
    broker: Broker, subscriber: Subscriber, make_publisher: MakePublisher
) -> None:
    """Garbage: bytes that are not UTF-8, long payloads, deep nesting, no object."""
    inbox = subscribed_inbox(make_publisher(broker.url, commands=True), broker)
    for payload in (b"\xff\x00", b"x" * 200_000, b"[" * 16_000, b"", b"null"):
        subscriber.publish(COMMAND, payload, retain=False)
    subscriber.publish("soundpost/post/command/été", b"{}", retain=False)
    subscriber.publish(COMMAND, b'{"id": "a1"}', retain=False)
    assert execute_next(inbox) == "a1"
    subscriber.wait_for(lambda _: len(results(subscriber)) == 7)
    assert [result["status"] for result in results(subscriber)] == [*["refused"] * 6, "done"]


def test_a_flood_of_garbage_is_counted_and_the_next_command_is_executed(
    broker: Broker,
    subscriber: Subscriber,
    make_publisher: MakePublisher,
    health: Health,
    log: Log,
) -> None:
    """Few of a thousand bad messages have a log line or a result."""
    inbox = subscribed_inbox(make_publisher(broker.url, commands=True), broker)
    with Subscriber(broker.port, "unused") as sender:
        for number in range(1_000):
            sender.publish(f"soundpost/post/command/x{number % 7}", b"\xff{}", retain=False)
        wait_until(lambda: health.commands_invalid == 1_000)
        sender.publish(COMMAND, b'{"id": "a1"}', retain=False)
        assert execute_next(inbox) == "a1"
    subscriber.wait_for(lambda _: results(subscriber)[-1:] and results(subscriber)[-1]["id"])
    assert log.count("is refused") == LOGGED_BURST
    assert len(results(subscriber)) == 1_001 - health.results_dropped


def test_the_broker_withholds_packets_that_are_too_large(
    broker: Broker, subscriber: Subscriber, make_publisher: MakePublisher
) -> None:
    """The node sets Maximum Packet Size, to protect the memory of a small machine."""
    inbox = subscribed_inbox(make_publisher(broker.url, commands=True), broker)
    subscriber.publish(COMMAND, bytes(MAXIMUM_PACKET_BYTES + 1), retain=False)
    subscriber.publish(COMMAND, b'{"id": "a1"}', retain=False)
    assert execute_next(inbox) == "a1"
    subscriber.wait_for(lambda _: results(subscriber))
    assert [result["id"] for result in results(subscriber)] == ["a1"]


def test_a_retained_command_is_refused(
    broker: Broker, subscriber: Subscriber, make_publisher: MakePublisher, log: Log
) -> None:
    """It does not matter whether it was published before or after the node subscribed."""
    subscriber.publish(COMMAND, b'{"id": "old"}', retain=True)
    subscriber.wait_for(len)
    inbox = subscribed_inbox(make_publisher(broker.url, commands=True), broker)
    subscriber.wait_for(lambda _: len(results(subscriber)) == 1)
    subscriber.publish("soundpost/post/command/selftest", b'{"id": "new"}', retain=True)
    subscriber.wait_for(lambda _: len(results(subscriber)) == 2)
    assert [(result["id"], result["status"]) for result in results(subscriber)] == [
        ("old", "refused"),
        ("new", "refused"),
    ]
    assert inbox.pop_command() is None
    log.wait_for("the command 'reload' is refused: the command is retained")


def test_results_and_commands_survive_a_lost_connection(
    make_broker: MakeBroker, make_publisher: MakePublisher
) -> None:
    """The node subscribes anew, and sends the results that waited."""
    broker = make_broker(persistent=True)
    publisher = make_publisher(broker.url, commands=True)
    inbox = subscribed_inbox(publisher, broker)
    with Subscriber(broker.port, RESULT) as sender:
        sender.publish(COMMAND, b'{"id": "a1"}', retain=False)
        pending = next_command(inbox)
        broker.save()
        broker.kill()
        wait_until(lambda: not publisher.is_connected)
        queue_done(inbox, pending)
        broker.start()
        sender.wait_for(lambda _: results(sender))
        subscribed_inbox(publisher, broker, times=2)
        sender.publish(COMMAND, b'{"id": "a2"}', retain=False)
        assert execute_next(inbox) == "a2"
        sender.wait_for(lambda _: results(sender)[-1]["id"] == "a2")
    assert results(sender)[0]["id"] == "a1"


def test_commands_to_an_offline_node_are_not_executed_later(
    broker: Broker, subscriber: Subscriber, make_publisher: MakePublisher
) -> None:
    """The session is clean, so that the broker queues no commands."""
    first = make_publisher(broker.url, commands=True)
    subscribed_inbox(first, broker)
    first.close()
    subscriber.publish(COMMAND, b'{"id": "yesterday"}', retain=False)
    subscriber.wait_for(lambda _: subscriber.on(COMMAND))
    inbox = subscribed_inbox(make_publisher(broker.url, commands=True), broker, times=2)
    subscriber.publish(COMMAND, b'{"id": "today"}', retain=False)
    assert execute_next(inbox) == "today"


def test_waiting_results_are_sent_before_offline(
    make_broker: MakeBroker, make_publisher: MakePublisher
) -> None:
    """The broker accepts one message at a time, and far more results wait."""
    broker = make_broker(extra=("max_inflight_messages 1",))
    with Subscriber(broker.port, "soundpost/post/#") as sender:
        publisher = make_publisher(broker.url, commands=True)
        inbox = subscribed_inbox(publisher, broker)
        sender.publish(COMMAND, b'{"id": "a1"}', retain=False)
        pending = next_command(inbox)
        for number in range(MOST_WAITING - 1):
            queue_done(inbox, pending, str(number))
        publisher.close(PATIENCE_SECONDS)
        received = sender.wait_for(lambda received: received and received[-1].text == "offline")
    assert [result["message"] for result in results(sender)] == list(
        map(str, range(MOST_WAITING - 1))
    )
    assert [message.topic for message in received[-2:]] == [RESULT, "soundpost/post/status"]


def test_results_that_are_not_acknowledged_in_time_are_counted(
    make_publisher: MakePublisher, health: Health, log: Log
) -> None:
    """The close ends in time, and the loss is logged."""
    with silent_broker() as silent:
        publisher = make_publisher(silent.url, commands=True)
        silent.accept(100)
        assert publisher.inbox is not None
        publisher.inbox.on_message(IncomingMessage(COMMAND, b"garbage"))
        publisher.close(timeout_seconds=0.3)
    assert health.results_dropped == 1
    log.wait_for("1 results of commands are lost")


def test_a_refused_response_topic_is_logged(
    make_broker: MakeBroker, make_publisher: MakePublisher, log: Log
) -> None:
    """The result is still published on the topic of all results."""
    broker = make_broker(Access(acl=("topic readwrite soundpost/post/#",)))
    inbox = subscribed_inbox(make_publisher(broker.url, commands=True), broker)
    with Subscriber(broker.port, RESULT) as sender:
        sender.publish(COMMAND, b'{"id": "a1"}', retain=False, reply_to=("clients/x", b"7"))
        execute_next(inbox)
        sender.wait_for(lambda _: results(sender))
    log.wait_for("WARNING the broker refuses a result on the response topic clients/x")


def test_commands_are_off_by_default(
    broker: Broker, subscriber: Subscriber, make_publisher: MakePublisher
) -> None:
    """The node does not subscribe to commands."""
    publisher = make_publisher(broker.url)
    subscriber.wait_for(lambda _: subscriber.on("soundpost/post/status"))
    publisher.close()
    assert publisher.inbox is None
    assert "command/+" not in broker.log


def test_discovery_and_commands_share_a_connection(broker: Broker, subscriber: Subscriber) -> None:
    """Messages of both subscriptions are received."""
    config = "homeassistant/device/post/soundpost/config"
    model = ModelIdentity(id="esc50", version="1.0.0", sha256="5e" * 32)
    mqtt = MqttConfig(broker=broker.url, commands=True, discovery=True)
    node = NodeDescription("post", ("siren",), model)
    with MqttPublisher(mqtt, node, Health()) as publisher:
        inbox = subscribed_inbox(publisher, broker)
        subscriber.wait_for(lambda _: subscriber.on(config))
        count = len(subscriber.on(config))
        subscriber.publish("homeassistant/status", b"online", retain=False)
        subscriber.publish(COMMAND, b'{"id": "a1"}', retain=False)
        assert execute_next(inbox) == "a1"
        subscriber.wait_for(lambda _: len(subscriber.on(config)) > count)
    assert "siren" in subscriber.on(config)[-1].text
