"""The disk is filled to its last byte while the daemon has much to tell."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chaos import TALKATIVE, make_quick_bundle, write_restless
from daemon_process import DETECTIONS, HEALTH, Daemon
from full_disk import Disk
from mosquitto import Broker
from mqtt_subscriber import Received, Subscriber

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900)]

PATIENCE_SECONDS = 120.0
ENOUGH = 40
CONFIG = f"""{TALKATIVE}
capture.source = "wav:{{folder}}/restless.wav"
evidence.folder = "{{disk}}/evidence"
evidence.keep_free_megabytes = 0
evidence.budget_megabytes = 2
mqtt.outbox = "{{disk}}/outbox.db"
mqtt.health_seconds = 1
metrics.textfile = "{{disk}}/soundpost.prom"
metrics.every_seconds = 1
"""


class Post:
    """A daemon whose state is on a little disk.

    Args:
        folder: An empty folder on another one.
        disk: The little disk.
        broker: Whom it tells.
    """

    def __init__(self, folder: Path, disk: Disk, broker: Broker) -> None:
        make_quick_bundle(folder / "bundle")
        write_restless(folder / "restless.wav", 600.0)
        self._config = folder / "soundpost.toml"
        text = CONFIG.format(folder=folder, disk=disk.folder, broker=broker.url)
        self._config.write_text(text, encoding="utf-8")
        self.daemon = self.start()

    def start(self) -> Daemon:
        """Start it, again perhaps."""
        self.daemon = Daemon(["--config", str(self._config)])
        return self.daemon


@pytest.fixture
def post(tmp_path: Path, disk: Disk, broker: Broker) -> Iterator[Post]:
    """A daemon that does not outlive the test."""
    post = Post(tmp_path, disk, broker)
    yield post
    post.daemon.kill()


def counters(seen: list[Received]) -> dict[str, Any]:
    """What the last health says."""
    told = [message for message in seen if message.topic == HEALTH]
    counted: dict[str, Any] = json.loads(told[-1].payload)["counters"] if told else {}
    return counted


def wait_for_more(subscriber: Subscriber, count: int) -> None:
    """Return once so many more detections were told."""
    enough = len(subscriber.on(DETECTIONS)) + count
    subscriber.wait_for(
        lambda seen: sum(m.topic == DETECTIONS for m in seen) >= enough, PATIENCE_SECONDS
    )


def test_detections_are_told_from_a_full_disk(post: Post, disk: Disk, broker: Broker) -> None:
    """Told from memory, and so counted; with room again the file serves, through kill -9."""
    with Subscriber(broker.port) as subscriber:
        wait_for_more(subscriber, ENOUGH)
        for _ in range(5):
            disk.fill()
            wait_for_more(subscriber, ENOUGH)
        subscriber.wait_for(lambda seen: counters(seen)["outbox_faults"] > 0, PATIENCE_SECONDS)
        disk.empty()
        clips_kept = counters(subscriber.received)["clips_kept"]
        subscriber.wait_for(
            lambda seen: counters(seen)["clips_kept"] > clips_kept, PATIENCE_SECONDS
        )
        wait_for_more(subscriber, ENOUGH)
        post.daemon.kill()
        post.start()
        wait_for_more(subscriber, ENOUGH)
        status, errors = post.daemon.terminate()
        seen = subscriber.received
    assert status == 0, errors
    assert "wait in the outbox" not in errors
    numbers = [json.loads(m.payload)["seq"] for m in seen if m.topic == DETECTIONS]
    firsts = list(dict.fromkeys(numbers))
    assert firsts == sorted(firsts)
    assert counters(seen)["messages_dropped"] == 0
