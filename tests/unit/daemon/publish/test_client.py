"""A broker that goes away, and a publisher that does."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial

import pytest
from mosquitto import Broker, MakeBroker, free_port
from mqtt_subscriber import Subscriber
from network_cut import cut_line
from watched_log import Log

from soundpost.health import Health
from soundpost.messages import DetectionMessage
from soundpost.publish import client
from soundpost.publish.publisher import MqttPublisher
from soundpost.system.backoff import Backoff

MakePublisher = Callable[..., MqttPublisher]
MakeMessages = Callable[[int], list[DetectionMessage]]

STATUS = "soundpost/post/status"
DETECTIONS = "soundpost/post/detections"

LIVE = """
import sys, time
from soundpost.config import MqttConfig
from soundpost.health import Health
from soundpost.publish.publisher import MqttPublisher
MqttPublisher(MqttConfig(broker=sys.argv[1]), "post", Health()).start()
time.sleep(600)
"""


@pytest.fixture
def broker(make_broker: MakeBroker) -> Broker:
    """A broker that remembers its subscribers, and what it owes them, through kill -9."""
    return make_broker(persistent=True)


@pytest.fixture
def subscriber(broker: Broker, subscriber: Subscriber) -> Subscriber:
    """A subscriber that the broker remembers."""
    broker.save()
    return subscriber


def seqs(subscriber: Subscriber) -> list[int]:
    """The numbers of the detections received so far."""
    return [json.loads(message.text)["seq"] for message in subscriber.on(DETECTIONS)]


def test_the_broker_says_offline_for_a_killed_process(
    broker: Broker, subscriber: Subscriber
) -> None:
    """Kill -9 leaves no time for goodbyes: the last will is retained."""
    with subprocess.Popen([sys.executable, "-c", LIVE, broker.url]) as process:
        subscriber.wait_for(lambda _: subscriber.on(STATUS))
        os.kill(process.pid, signal.SIGKILL)
    subscriber.wait_for(lambda _: len(subscriber.on(STATUS)) >= 2)
    assert [message.text for message in subscriber.on(STATUS)] == ["online", "offline"]
    with Subscriber(broker.port) as late:
        (kept,) = late.wait_for(len)
    assert (kept.text, kept.qos, kept.retain) == ("offline", 1, True)


def test_what_is_told_while_the_broker_is_dead_arrives_when_it_is_back(
    broker: Broker,
    subscriber: Subscriber,
    make_publisher: MakePublisher,
    messages: MakeMessages,
    health: Health,
) -> None:
    """Kill -9 and a restart on the same port: everything queued meanwhile arrives, in order."""
    publisher = make_publisher(broker.url)
    for message in messages(20):
        publisher.publish(message)
    subscriber.wait_for(lambda _: len(seqs(subscriber)) == 20)
    broker.kill()
    for message in messages(300):
        publisher.publish(message)
    broker.start()
    subscriber.wait_for(lambda _: len(set(seqs(subscriber))) == 320)
    publisher.close()
    assert list(dict.fromkeys(seqs(subscriber))) == list(range(1, 321))
    assert (health.messages_sent, health.messages_dropped, health.connects) == (320, 0, 2)


def test_a_line_that_breaks_in_mid_message_loses_nothing(
    broker: Broker,
    subscriber: Subscriber,
    make_publisher: MakePublisher,
    messages: MakeMessages,
    health: Health,
) -> None:
    """Whatever was on its way is sent again, in its old order: at least once, never less."""
    with cut_line(broker.port, [37, 2_003, 20_011]) as line:
        publisher = make_publisher(f"mqtt://127.0.0.1:{line.port}")
        for message in messages(300):
            publisher.publish(message)
        subscriber.wait_for(lambda _: len(set(seqs(subscriber))) == 300)
        publisher.close()
        assert line.connections == 4
    assert list(dict.fromkeys(seqs(subscriber))) == list(range(1, 301))
    assert (health.messages_sent, health.messages_dropped) == (300, 0)


def test_a_lost_broker_is_told_once_and_so_is_its_return(
    broker: Broker, make_publisher: MakePublisher, log: Log
) -> None:
    """A log that repeats itself hides what matters."""
    make_publisher(broker.url)
    log.wait_for("INFO connected to")
    broker.kill()
    log.wait_for("the connection to")
    log.wait_for("nobody listens at")
    broker.start()
    log.wait_for("INFO connected to")
    assert (log.count("the connection to"), log.count("nobody listens at")) == (1, 1)


def test_a_publisher_that_starts_before_its_broker_waits_for_it(
    make_publisher: MakePublisher, messages: MakeMessages, broker: Broker, subscriber: Subscriber
) -> None:
    """A post that boots faster than its broker tells everything all the same."""
    broker.kill()
    publisher = make_publisher(broker.url)
    for message in messages(10):
        publisher.publish(message)
    broker.start()
    subscriber.wait_for(lambda _: set(seqs(subscriber)) == set(range(1, 11)))


def test_a_full_outbox_keeps_the_latest_and_counts_the_rest(
    broker: Broker,
    subscriber: Subscriber,
    make_publisher: MakePublisher,
    messages: MakeMessages,
    health: Health,
) -> None:
    """25 told into room for 10: the last 10 arrive, 15 are counted."""
    broker.kill()
    publisher = make_publisher(broker.url, queue_messages=10)
    for message in messages(25):
        publisher.publish(message)
    assert health.messages_dropped == 15
    broker.start()
    subscriber.wait_for(lambda _: 25 in seqs(subscriber))
    assert set(seqs(subscriber)) == set(range(16, 26))


def test_a_full_outbox_is_told_once(
    make_publisher: MakePublisher, messages: MakeMessages, log: Log
) -> None:
    """Not with every message that it drops."""
    publisher = make_publisher(f"mqtt://127.0.0.1:{free_port()}", queue_messages=10)
    for message in messages(25):
        publisher.publish(message)
    assert log.count("WARNING the outbox is full") == 1


def test_a_port_nobody_listens_on_holds_nobody_up(
    make_publisher: MakePublisher, messages: MakeMessages, health: Health, log: Log
) -> None:
    """Publishing neither waits nor raises; close gives up in time and counts what it leaves."""
    publisher = make_publisher(f"mqtt://127.0.0.1:{free_port()}")
    for message in messages(30):
        publisher.publish(message)
    publisher.close(timeout_seconds=0.5)
    assert (health.messages_sent, health.messages_dropped, health.connects) == (0, 30, 0)
    assert "start the broker" in log.wait_for("nobody listens at")
    assert "30 detections are lost" in log.wait_for("ERROR")


def test_closing_with_nothing_left_and_no_broker_needs_no_patience(
    make_publisher: MakePublisher, health: Health, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the next attempt nor the time-out, both an hour away, are waited for."""
    monkeypatch.setattr(client, "Backoff", partial(Backoff, 3_600.0, 3_600.0))
    publisher = make_publisher(f"mqtt://127.0.0.1:{free_port()}")
    log.wait_for("nobody listens at")
    publisher.close(timeout_seconds=3_600.0)
    assert health.messages_dropped == 0
