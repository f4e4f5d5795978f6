"""Messages and numbers that outlast a run, with a real broker."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from mosquitto import Broker, free_port, wait_until
from mqtt_subscriber import Subscriber
from sample_messages import message
from watched_log import Log

from soundpost.health import Health
from soundpost.publish.publisher import MqttPublisher

MakePublisher = Callable[..., MqttPublisher]
DETECTIONS = "soundpost/post/detections"


@pytest.fixture
def outbox(tmp_path: Path) -> str:
    """Provides the path of the outbox's file, as in the configuration."""
    return str(tmp_path / "outbox.db")


def detections(subscriber: Subscriber) -> list[tuple[int, bool]]:
    """Returns `seq` and `backfilled` of each detection so far."""
    messages = [json.loads(received.text) for received in subscriber.on(DETECTIONS)]
    return [(message["seq"], message["backfilled"]) for message in messages]


def test_unsent_detections_are_sent_by_the_next_run(
    broker: Broker,
    subscriber: Subscriber,
    make_publisher: MakePublisher,
    outbox: str,
    health: Health,
    log: Log,
) -> None:
    """They arrive first, in order and marked `backfilled`; the numbers continue after them."""
    first = make_publisher(f"mqtt://127.0.0.1:{free_port()}", outbox=outbox)
    for seq in range(1, 301):
        first.publish(message(seq))
    first.close(timeout_seconds=0.0)
    log.wait_for("300 detections wait in the outbox for the next start")
    assert health.messages_dropped == 0
    second = make_publisher(broker.url, outbox=outbox)
    assert second.last_seq == 300
    second.publish(message(301))
    subscriber.wait_for(lambda _: len(detections(subscriber)) == 301)
    second.close()
    assert detections(subscriber) == [(seq, seq <= 300) for seq in range(1, 302)]
    assert (health.messages_sent, health.messages_waiting) == (301, 0)


def test_acknowledged_detections_are_not_sent_again(
    broker: Broker, subscriber: Subscriber, make_publisher: MakePublisher, outbox: str
) -> None:
    """A proper close removes the last acknowledged rows too."""
    first = make_publisher(broker.url, outbox=outbox)
    for seq in range(1, 51):
        first.publish(message(seq))
    first.close()
    second = make_publisher(broker.url, outbox=outbox)
    second.publish(message(51))
    second.close()
    subscriber.wait_for(lambda _: len(detections(subscriber)) == 51)
    assert [seq for seq, _ in detections(subscriber)] == list(range(1, 52))


def test_a_full_budget_is_logged_once(
    make_publisher: MakePublisher, outbox: str, log: Log, health: Health
) -> None:
    """A budget that is too small gives one warning, and every loss is counted."""
    url = f"mqtt://127.0.0.1:{free_port()}"
    publisher = make_publisher(url, outbox=outbox, outbox_megabytes=1)
    for seq in range(1, 6_001):
        publisher.publish(message(seq))
    wait_until(lambda: health.messages_waiting < 3_000)  # however slow the disk is
    publisher.close(timeout_seconds=0.0)
    assert log.count("the outbox is full") == 1
    assert health.messages_dropped + health.messages_waiting == 6_000
    assert 1_000 < health.messages_waiting < 3_000
