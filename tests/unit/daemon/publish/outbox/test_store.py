"""What outlives a publisher: its outbox's file, and the numbers of its messages."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from mosquitto import Broker, free_port, wait_until
from mqtt_subscriber import Subscriber
from sample_messages import message
from watched_log import Log

from soundpost.config import MqttConfig
from soundpost.health import Health
from soundpost.publish.outbox.location import outbox_path
from soundpost.publish.publisher import MqttPublisher

MakePublisher = Callable[..., MqttPublisher]
DETECTIONS = "soundpost/post/detections"


@pytest.fixture
def outbox(tmp_path: Path) -> str:
    """Where the outbox's file is, as the configuration has it."""
    return str(tmp_path / "outbox.db")


def rows(subscriber: Subscriber) -> list[tuple[int, bool]]:
    """Number, and whether it came late, of each detection so far."""
    told = [json.loads(received.text) for received in subscriber.on(DETECTIONS)]
    return [(row["seq"], row["backfilled"]) for row in told]


def test_what_nobody_took_is_told_by_the_next_run(
    broker: Broker,
    subscriber: Subscriber,
    make_publisher: MakePublisher,
    outbox: str,
    health: Health,
    log: Log,
) -> None:
    """It arrives first, in order, says that it is late, and the numbers go on behind it."""
    first = make_publisher(f"mqtt://127.0.0.1:{free_port()}", outbox=outbox)
    for seq in range(1, 301):
        first.publish(message(seq))
    first.close(timeout_seconds=0.0)
    log.wait_for("300 detections wait in the outbox for the next start")
    assert health.messages_dropped == 0
    second = make_publisher(broker.url, outbox=outbox)
    assert second.last_seq == 300
    second.publish(message(301))
    subscriber.wait_for(lambda _: len(rows(subscriber)) == 301)
    second.close()
    assert rows(subscriber) == [(seq, seq <= 300) for seq in range(1, 302)]
    assert (health.messages_sent, health.messages_waiting) == (301, 0)


def test_what_was_acknowledged_is_not_told_again(
    broker: Broker, subscriber: Subscriber, make_publisher: MakePublisher, outbox: str
) -> None:
    """An orderly close notes the last acknowledgement too."""
    first = make_publisher(broker.url, outbox=outbox)
    for seq in range(1, 51):
        first.publish(message(seq))
    first.close()
    second = make_publisher(broker.url, outbox=outbox)
    second.publish(message(51))
    second.close()
    subscriber.wait_for(lambda _: len(rows(subscriber)) == 51)
    assert [seq for seq, _ in rows(subscriber)] == list(range(1, 52))


def test_an_outbox_that_fills_a_slow_disk_is_told_once(
    make_publisher: MakePublisher, outbox: str, log: Log, health: Health
) -> None:
    """A budget that is too small is a warning, and every loss a count."""
    url = f"mqtt://127.0.0.1:{free_port()}"
    publisher = make_publisher(url, outbox=outbox, outbox_megabytes=1)
    for seq in range(1, 6_001):
        publisher.publish(message(seq))
    wait_until(lambda: health.messages_waiting < 3_000)  # a slow disk takes its time
    publisher.close(timeout_seconds=0.0)
    assert log.count("the outbox is full") == 1
    assert health.messages_dropped + health.messages_waiting == 6_000
    assert 1_000 < health.messages_waiting < 3_000


@pytest.mark.parametrize(
    ("configured", "environment", "expected"),
    [
        (None, {}, None),
        (None, {"STATE_DIRECTORY": ""}, None),
        (None, {"STATE_DIRECTORY": "/var/lib/soundpost"}, Path("/var/lib/soundpost/outbox.db")),
        (None, {"STATE_DIRECTORY": "/var/lib/a:/var/lib/b"}, Path("/var/lib/a/outbox.db")),
        ("mine.db", {"STATE_DIRECTORY": "/var/lib/soundpost"}, Path("mine.db")),
    ],
)
def test_the_file_is_the_configured_one_or_where_systemd_keeps_state(
    configured: str | None, environment: dict[str, str], expected: Path | None
) -> None:
    """Who starts the daemon by hand and names no file gets none."""
    assert outbox_path(MqttConfig(outbox=configured), environment) == expected
