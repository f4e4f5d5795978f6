"""The disk is filled to its last byte while the daemon publishes many messages."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chaos import BUSY_CONFIG, make_quick_bundle, wait_until_detecting, write_busy_recording
from daemon_process import DETECTIONS, HEALTH, Daemon
from full_disk import Disk
from mosquitto import Broker
from mqtt_subscriber import Received, Subscriber

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900)]

PATIENCE_SECONDS = 120.0
WANTED = 40
CONFIG = f"""{BUSY_CONFIG}
capture.source = "wav:{{folder}}/busy.wav"
evidence.folder = "{{disk}}/evidence"
evidence.keep_free_megabytes = 0
evidence.budget_megabytes = 2
mqtt.outbox = "{{disk}}/outbox.db"
mqtt.health_seconds = 1
metrics.textfile = "{{disk}}/soundpost.prom"
metrics.every_seconds = 1
"""


class FullDiskNode:
    """A daemon with its state on a small disk.

    Args:
        folder: An empty folder on another disk.
        disk: The small disk.
        broker: The daemon's broker.
    """

    def __init__(self, folder: Path, disk: Disk, broker: Broker) -> None:
        make_quick_bundle(folder / "bundle")
        write_busy_recording(folder / "busy.wav", 600.0)
        self._config = folder / "soundpost.toml"
        text = CONFIG.format(folder=folder, disk=disk.folder, broker=broker.url)
        self._config.write_text(text, encoding="utf-8")
        self.daemon = self.start()

    def start(self) -> Daemon:
        """Starts the daemon, or starts it again."""
        self.daemon = Daemon(["--config", str(self._config)])
        return self.daemon


@pytest.fixture
def node(tmp_path: Path, disk: Disk, broker: Broker) -> Iterator[FullDiskNode]:
    """A daemon that is killed at the end of the test."""
    node = FullDiskNode(tmp_path, disk, broker)
    yield node
    node.daemon.kill()


def counters(seen: list[Received]) -> dict[str, Any]:
    """Returns the counters of the latest health message."""
    reports = [message for message in seen if message.topic == HEALTH]
    counts: dict[str, Any] = json.loads(reports[-1].payload)["counters"] if reports else {}
    return counts


def wait_for_more(subscriber: Subscriber, count: int) -> None:
    """Waits for more detections."""
    wanted = len(subscriber.on(DETECTIONS)) + count
    subscriber.wait_for(
        lambda seen: sum(m.topic == DETECTIONS for m in seen) >= wanted, PATIENCE_SECONDS
    )


def test_detections_are_published_from_memory_while_the_disk_is_full(
    node: FullDiskNode, disk: Disk, broker: Broker
) -> None:
    """With free space the outbox file is used again, through kill -9."""
    with Subscriber(broker.port) as subscriber:
        wait_for_more(subscriber, WANTED)
        for _ in range(5):
            disk.fill()
            wait_for_more(subscriber, WANTED)
        subscriber.wait_for(lambda seen: counters(seen)["outbox_faults"] > 0, PATIENCE_SECONDS)
        disk.empty()
        clips_kept = counters(subscriber.received)["clips_kept"]
        subscriber.wait_for(
            lambda seen: counters(seen)["clips_kept"] > clips_kept, PATIENCE_SECONDS
        )
        wait_for_more(subscriber, WANTED)
        node.daemon.kill()
        node.start()
        wait_for_more(subscriber, WANTED)
        wait_until_detecting(subscriber, node.daemon)
        status, errors = node.daemon.terminate()
        seen = subscriber.received
    assert status == 0, errors
    assert "wait in the outbox" not in errors
    numbers = [json.loads(m.payload)["seq"] for m in seen if m.topic == DETECTIONS]
    firsts = list(dict.fromkeys(numbers))
    assert firsts == sorted(firsts)
    assert counters(seen)["messages_dropped"] == 0
