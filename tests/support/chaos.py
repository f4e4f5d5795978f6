"""Twenty messages a second, with kill -9 of broker, daemon or both at random moments."""

import json
import random
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from daemon_process import DETECTIONS, Daemon
from mosquitto import Broker
from mqtt_subscriber import Received, Subscriber
from recording import RATE_HZ, write, write_quiet

BUNDLE = Path(__file__).resolve().parents[1] / "golden" / "tiny-int8"
MESSAGES_PER_SECOND = 20
SOUND_SECONDS = 0.16
BUSY_CONFIG = """
classify.bundle = "{folder}/bundle"
decide.on_threshold = 0.5
decide.off_threshold = 0.45
decide.smoothing_windows = 1
decide.minimum_seconds = 0.0
decide.refractory_seconds = 0.0
mqtt.broker = "{broker}"
"""
"""Publishes every state at once; more keys, dotted like these, may follow."""
CONFIG = f"""{BUSY_CONFIG}
mqtt.outbox = "{{folder}}/outbox.db"
"""

TARGETS = ("broker", "daemon", "both")
"""What is killed."""

Row = dict[str, Any]


@dataclass
class ChaosRun:
    """A busy daemon, a persistent broker and a subscriber, with a number of kills.

    Args:
        folder: An empty folder.
        broker: A persistent broker.
        subscriber: A subscriber to the node's detections, with a session at the broker.
        seed: Seed of the random moments.
    """

    folder: Path
    broker: Broker
    subscriber: Subscriber
    seed: int
    daemon: Daemon | None = None
    kills: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TARGETS, 0))

    def __post_init__(self) -> None:
        self._rng = random.Random(self.seed)  # noqa: S311 - the same moments again
        make_quick_bundle(self.folder / "bundle")
        write_busy_recording(self.folder / "busy.wav", 120.0)
        write_quiet(self.folder / "quiet.wav", 1.0)
        text = CONFIG.format(folder=self.folder, broker=self.broker.url)
        (self.folder / "soundpost.toml").write_text(text, encoding="utf-8")

    def run(self, kills_each: int) -> None:
        """Kills each a number of times, in a random order, and waits for the remaining messages."""
        targets = list(TARGETS) * kills_each
        self._rng.shuffle(targets)
        self.daemon = self._start()
        for target in targets:
            self._wait_for_progress()
            self._random_sleep(0.5)
            self._kill(target)
        wait_until_detecting(self.subscriber, self.daemon)
        status, errors = self.daemon.terminate()
        assert status == 0, errors
        status, errors = self._start("--source", f"wav:{self.folder / 'quiet.wav'}").wait()
        assert status == 0, errors
        assert "wait in the outbox" not in errors

    def rows(self) -> list[Row]:
        """Returns the received detections, in order."""
        return [json.loads(message.payload) for message in self.subscriber.on(DETECTIONS)]

    def topics_on(self) -> list[str]:
        """Returns the topics that a new subscriber is shown as ON."""
        with Subscriber(self.broker.port) as late:
            late.publish("end", b"", retain=False)  # arrives after the retained messages
            seen = late.wait_for(lambda seen: any(m.topic == "end" for m in seen))
        return [m.topic for m in seen if m.retain and m.payload == b"ON"]

    def _kill(self, target: str) -> None:
        assert self.daemon is not None
        self.kills[target] += 1
        if target in {"broker", "both"}:
            self.broker.kill()
        if target in {"daemon", "both"}:
            self.daemon.kill()
            self._random_sleep(0.5)
        if target in {"broker", "both"}:
            self._random_sleep(1.0)
            self.broker.start()
        if target in {"daemon", "both"}:
            self.daemon = self._start()

    def _start(self, *arguments: str) -> Daemon:
        source = arguments or ("--source", f"wav:{self.folder / 'busy.wav'}")
        return Daemon(["--config", str(self.folder / "soundpost.toml"), *source])

    def _wait_for_progress(self) -> None:
        """Waits for half a second's worth of messages: broker and daemon run again."""
        wanted = len(self.subscriber.received) + MESSAGES_PER_SECOND // 2
        self.subscriber.wait_for(lambda seen: len(seen) >= wanted, timeout_seconds=90.0)

    def _random_sleep(self, longest_seconds: float) -> None:
        time.sleep(self._rng.uniform(0.0, longest_seconds))  # a random moment is the purpose


def wait_until_detecting(subscriber: Subscriber, daemon: Daemon) -> None:
    """Waits for an event that a daemon has detected: it then ends in order.

    Messages may also come from a daemon that was killed before, by the broker or its outbox.
    """

    def is_own(seen: list[Received]) -> bool:
        latest = next((m for m in reversed(seen) if m.topic == DETECTIONS), None)
        return latest is not None and onset(json.loads(latest.payload)) > daemon.started

    subscriber.wait_for(is_own, timeout_seconds=90.0)


def onset(row: Row) -> datetime:
    """Returns the onset of a detection."""
    return datetime.fromisoformat(row["onset"])


def make_quick_bundle(folder: Path) -> None:
    """Writes the tiny bundle with a stride of 20 ms."""
    shutil.copytree(BUNDLE, folder)
    manifest = folder / "manifest.json"
    text = manifest.read_text(encoding="utf-8")
    assert '"stride_frames": 8' in text
    manifest.write_text(text.replace('"stride_frames": 8', '"stride_frames": 2'), encoding="utf-8")


def write_busy_recording(path: Path, seconds: float) -> None:
    """Writes a recording in which the tiny bundle detects some 20 states of events a second."""
    rng = np.random.default_rng(1)
    samples = round(SOUND_SECONDS * RATE_HZ)
    hum = 0.5 * np.sin(2.0 * np.pi * 440.0 * np.arange(samples) / RATE_HZ)
    pairs = round(seconds / SOUND_SECONDS / 2)
    pieces = [piece for _ in range(pairs) for piece in (rng.normal(0.0, 0.3, samples), hum)]
    write(path, np.concatenate(pieces))


def group(rows: list[Row], key: Callable[[Row], Any]) -> dict[Any, list[Row]]:
    """Groups the rows by a key, in the order of its first appearance."""
    groups: dict[Any, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups
