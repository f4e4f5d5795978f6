"""The client: reconnects, retries, last will, and its end."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial

import pytest
from mosquitto import Access, Broker, MakeBroker, free_port, wait_until
from mqtt_subscriber import Subscriber
from network_cut import cutting_proxy
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
CONNECT_BYTES = 300
"""Enough bytes to connect, and too few to publish a detection."""

PUBLISHING_PROGRAM = """
import sys, time
from soundpost.config import MqttConfig
from soundpost.health import Health
from soundpost.publish.publisher import MqttPublisher, NodeDescription
MqttPublisher(MqttConfig(broker=sys.argv[1]), NodeDescription("post"), Health()).start()
time.sleep(600)
"""


@pytest.fixture
def broker(make_broker: MakeBroker) -> Broker:
    """Provides a broker whose subscribers and queued messages survive kill -9."""
    return make_broker(persistent=True)


@pytest.fixture
def subscriber(broker: Broker, subscriber: Subscriber) -> Subscriber:
    """Provides a subscriber whose subscription the broker has stored."""
    broker.save()
    return subscriber


def seqs(subscriber: Subscriber) -> list[int]:
    """Returns the numbers of the detections received so far."""
    return [json.loads(message.text)["seq"] for message in subscriber.on(DETECTIONS)]


def test_the_broker_publishes_offline_for_a_killed_process(
    broker: Broker, subscriber: Subscriber
) -> None:
    """After kill -9 it publishes the last will, retained."""
    with subprocess.Popen([sys.executable, "-c", PUBLISHING_PROGRAM, broker.url]) as process:
        subscriber.wait_for(lambda _: subscriber.on(STATUS))
        os.kill(process.pid, signal.SIGKILL)
    subscriber.wait_for(lambda _: len(subscriber.on(STATUS)) >= 2)
    assert [message.text for message in subscriber.on(STATUS)] == ["online", "offline"]
    with Subscriber(broker.port) as late:
        (status,) = late.wait_for(len)
    assert (status.text, status.qos, status.retain) == ("offline", 1, True)


def test_detections_of_an_outage_arrive_when_the_broker_is_back(
    broker: Broker,
    subscriber: Subscriber,
    make_publisher: MakePublisher,
    messages: MakeMessages,
    health: Health,
) -> None:
    """After kill -9 and a restart on the same port, all queued detections arrive in order."""
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


def test_a_connection_cut_within_a_message_loses_nothing(
    broker: Broker,
    subscriber: Subscriber,
    make_publisher: MakePublisher,
    messages: MakeMessages,
    health: Health,
) -> None:
    """Messages in flight are sent again, in their old order: at least once."""
    with cutting_proxy(broker.port, [37, 2_003, 20_011]) as proxy:
        publisher = make_publisher(f"mqtt://127.0.0.1:{proxy.port}")
        for message in messages(300):
            publisher.publish(message)
        subscriber.wait_for(lambda _: len(set(seqs(subscriber))) == 300)
        publisher.close()
        assert proxy.connections == 4
    assert list(dict.fromkeys(seqs(subscriber))) == list(range(1, 301))
    assert (health.messages_sent, health.messages_dropped) == (300, 0)


def test_a_lost_connection_and_its_return_are_logged_once(
    broker: Broker, make_publisher: MakePublisher, log: Log
) -> None:
    """Repeated attempts add no lines."""
    make_publisher(broker.url)
    log.wait_for("INFO connected to")
    broker.kill()
    log.wait_for("the connection to")
    log.wait_for("no broker is listening at")
    broker.start()
    log.wait_for("INFO connected to")
    assert (log.count("the connection to"), log.count("no broker is listening at")) == (1, 1)


def test_a_publisher_that_starts_before_its_broker_waits_for_it(
    make_publisher: MakePublisher, messages: MakeMessages, broker: Broker, subscriber: Subscriber
) -> None:
    """Detections from before the broker's start arrive."""
    broker.kill()
    publisher = make_publisher(broker.url)
    for message in messages(10):
        publisher.publish(message)
    broker.start()
    subscriber.wait_for(lambda _: set(seqs(subscriber)) == set(range(1, 11)))


def test_a_full_outbox_drops_and_counts_the_oldest(
    broker: Broker,
    subscriber: Subscriber,
    make_publisher: MakePublisher,
    messages: MakeMessages,
    health: Health,
) -> None:
    """Of 25 detections and a capacity of 10, the last 10 arrive and 15 are counted."""
    broker.kill()
    publisher = make_publisher(broker.url, queue_messages=10)
    for message in messages(25):
        publisher.publish(message)
    assert health.messages_dropped == 15
    broker.start()
    subscriber.wait_for(lambda _: 25 in seqs(subscriber))
    assert set(seqs(subscriber)) == set(range(16, 26))


def test_a_full_outbox_is_logged_once(
    make_publisher: MakePublisher, messages: MakeMessages, log: Log
) -> None:
    """Further drops add no lines."""
    publisher = make_publisher(f"mqtt://127.0.0.1:{free_port()}", queue_messages=10)
    for message in messages(25):
        publisher.publish(message)
    assert log.count("WARNING the outbox is full") == 1


def test_a_closed_port_delays_nothing(
    make_publisher: MakePublisher, messages: MakeMessages, health: Health, log: Log
) -> None:
    """Publishing neither waits nor raises; `close` ends in time and counts the lost detections."""
    publisher = make_publisher(f"mqtt://127.0.0.1:{free_port()}")
    for message in messages(30):
        publisher.publish(message)
    publisher.close(timeout_seconds=0.5)
    assert (health.messages_sent, health.messages_dropped, health.connects) == (0, 30, 0)
    assert "start the broker" in log.wait_for("no broker is listening at")
    assert "30 detections are lost" in log.wait_for("ERROR")


def test_closing_with_nothing_left_and_no_broker_takes_no_time(
    make_publisher: MakePublisher, health: Health, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits neither for the next attempt nor for the time-out, which are both an hour away."""
    monkeypatch.setattr(client, "Backoff", partial(Backoff, 3_600.0, 3_600.0))
    publisher = make_publisher(f"mqtt://127.0.0.1:{free_port()}")
    log.wait_for("no broker is listening at")
    publisher.close(timeout_seconds=3_600.0)
    assert health.messages_dropped == 0


def test_after_a_steady_connection_the_first_wait_is_short(
    broker: Broker,
    make_publisher: MakePublisher,
    messages: MakeMessages,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each loss after a connection that lasted begins with the shortest wait again."""
    monkeypatch.setattr(client, "Backoff", partial(Backoff, 0.01, 3_600.0))
    monkeypatch.setattr(client, "_STEADY_SECONDS", 0.0)
    with cutting_proxy(broker.port, [CONNECT_BYTES] * 20) as proxy:
        publisher = make_publisher(f"mqtt://127.0.0.1:{proxy.port}")
        publisher.publish(messages(1)[0])
        wait_until(lambda: proxy.connections >= 15)


def test_after_short_connections_the_waits_grow(
    broker: Broker,
    make_publisher: MakePublisher,
    messages: MakeMessages,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A connection alone is no success: the waits are at least the halves of 20, 40, 80 ... ms."""
    monkeypatch.setattr(client, "Backoff", partial(Backoff, 0.02))
    with cutting_proxy(broker.port, [CONNECT_BYTES] * 20) as proxy:
        began_seconds = time.monotonic()
        publisher = make_publisher(f"mqtt://127.0.0.1:{proxy.port}")
        publisher.publish(messages(1)[0])
        wait_until(lambda: proxy.connections >= 7)
        assert time.monotonic() - began_seconds >= 0.01 * (1 + 2 + 4 + 8 + 16 + 32)


def test_closing_does_not_flood_a_broker_that_refuses_the_client(
    make_broker: MakeBroker, make_publisher: MakePublisher, messages: MakeMessages
) -> None:
    """While a detection waits it keeps trying, with the usual waits."""
    broker = make_broker(Access({"post": "secret"}))
    publisher = make_publisher(broker.url)
    publisher.publish(messages(1)[0])
    wait_until(lambda: "not authorised" in broker.log)
    publisher.close(timeout_seconds=0.5)
    assert 1 <= broker.log.count("not authorised") <= 3
