"""A daemon with several sources, each of which publishes some twenty messages a second."""

import json
import os
import signal
from pathlib import Path
from typing import Any

from chaos import BUSY_CONFIG, make_quick_bundle, write_busy_recording
from daemon_process import NODE, Daemon
from mosquitto import Broker, wait_until
from mqtt_subscriber import Received, Subscriber
from recording import write_quiet

BASE = f"soundpost/{NODE}"
SECONDS = 300.0
"""The length of a recording; longer than most tests, so that a source ends only if it is ended."""

Row = dict[str, Any]


class SeveralSources:
    """The files of a node with several sources, its daemon, and what its broker received.

    Args:
        folder: An empty folder.
        broker: The broker.
        subscriber: A subscriber to everything.

    Attributes:
        folder: The same.
        config: The configuration file.
        daemon: The supervisor, once it was started.
    """

    def __init__(self, folder: Path, broker: Broker, subscriber: Subscriber) -> None:
        self.folder = folder
        self.config = folder / "soundpost.toml"
        self.daemon: Daemon | None = None
        self._broker = broker
        self._subscriber = subscriber
        make_quick_bundle(folder / "bundle")
        self.write_recordings(SECONDS)

    def write_recordings(self, seconds: float) -> None:
        """Writes a busy and a quiet recording, which must be longer than the test."""
        write_busy_recording(self.folder / "busy.wav", seconds)
        write_quiet(self.folder / "quiet.wav", seconds)

    def configure(self, *names: str, more: str = "") -> None:
        """Writes a configuration with busy sources of these names, and more lines."""
        text = BUSY_CONFIG.format(folder=self.folder, broker=self._broker.url)
        tables = "".join(self.table(name, f"wav:{self.folder}/busy.wav") for name in names)
        outbox = f'mqtt.outbox = "{self.folder}/outbox.db"\nmqtt.health_seconds = 1\n'
        self.config.write_text(f"{text}{outbox}{tables}{more}")

    @staticmethod
    def table(name: str, source: str) -> str:
        """Returns a table `[[sources]]`."""
        return f'[[sources]]\nname = "{name}"\nsource = "{source}"\n'

    def start(self, environment: dict[str, str] | None = None) -> Daemon:
        """Starts the daemon, with more variables in its environment."""
        environment = os.environ | (environment or {})
        self.daemon = Daemon(["--config", str(self.config)], environment)
        return self.daemon

    def send(self, number: signal.Signals) -> None:
        """Sends a signal to the supervisor."""
        assert self.daemon is not None
        self.daemon.process.send_signal(number)

    def pid(self, name: str) -> int | None:
        """Returns the id of a source's process; None while there is none."""
        assert self.daemon is not None
        supervisor = self.daemon.process.pid
        children = Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()
        for child in children:
            try:
                words = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
            except FileNotFoundError:
                continue
            if words[-3:-1] == [b"--source", name.encode()]:
                return int(child)
        return None

    def wait_until_detecting(self, name: str, rows: int = 10) -> None:
        """Returns once a source has published so many more detections."""
        wanted = len(self.on(name, "detections")) + rows
        self._subscriber.wait_for(lambda _: len(self.on(name, "detections")) >= wanted)

    def wait_for_another_process(self, name: str, pid: int) -> None:
        """Returns once a source has another process than this one."""
        wait_until(lambda: self.pid(name) not in (None, pid))

    def on(self, name: str, topic: str) -> list[Received]:
        """Returns the messages of a source on one of its topics so far."""
        return self._subscriber.on(f"{BASE}/{name}/{topic}")

    def rows(self, name: str) -> list[Row]:
        """Returns the detections of a source so far."""
        return [json.loads(message.payload) for message in self.on(name, "detections")]

    def statuses(self, name: str) -> list[str]:
        """Returns the statuses of a source so far, without repetitions in a row."""
        texts = [message.text for message in self.on(name, "status")]
        return [text for text, before in zip(texts, [None, *texts], strict=False) if text != before]

    def verify_unaffected(self, name: str) -> None:
        """Verifies that a source published every number once, and was never offline."""
        numbers = [row["seq"] for row in self.rows(name)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert self.statuses(name) == ["online"]
        healths = [json.loads(message.payload) for message in self.on(name, "health")]
        assert {health["counters"]["connects"] for health in healths} == {1}
        assert not any(health["counters"]["dropped_samples"] for health in healths)
