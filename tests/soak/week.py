"""The real daemon, a real broker, and a week of sound as fast as it goes."""

import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from daemon_process import DETECTIONS, HEALTH, NODE, SOUNDPOST
from footprint import Footprint, look
from long_recording import write_long
from mosquitto import Broker
from mqtt_subscriber import Subscriber
from numpy.typing import NDArray

from soundpost.classify import load_bundle, read_golden

BUNDLE = Path(__file__).resolve().parents[2] / "models" / "esc50"
EVERY_SECONDS = 300
"""From one sound to the next: 2,015 in a week."""
LOOK_SECONDS = 0.5
ROWS = 20
EVIDENCE_MEGABYTES = 1
CONFIG = """
[capture]
source = "wav:{folder}/week.wav"
pace = "fast"
[classify]
bundle = "{bundle}"
[evidence]
folder = "{folder}/kept/evidence"
budget_megabytes = {megabytes}
[mqtt]
broker = "{broker}"
outbox = "{folder}/kept/outbox.db"
health_seconds = 1
[metrics]
textfile = "{folder}/soundpost.prom"
every_seconds = 1
"""


@dataclass
class Soak:
    """A daemon that hears many hours of sound, and is watched.

    Args:
        folder: An empty folder.
        broker: Whom it tells.
        subscriber: One to all that it tells.
        hours: How much it hears.
        say: Where each row of the table goes.
    """

    folder: Path
    broker: Broker
    subscriber: Subscriber
    hours: float
    say: Callable[[str], None]
    looks: list[Footprint] = field(default_factory=list)
    sounds: int = 0

    def run(self) -> int:
        """Let it hear all of it; its exit status."""
        (self.folder / "kept").mkdir()
        seconds = round(self.hours * 3600)
        path = self.folder / "week.wav"
        self.sounds = write_long(path, seconds, golden_sounds(), EVERY_SECONDS)
        config = self.folder / "soundpost.toml"
        text = CONFIG.format(
            folder=self.folder,
            bundle=BUNDLE,
            broker=self.broker.url,
            megabytes=EVIDENCE_MEGABYTES,
        )
        config.write_text(text, encoding="utf-8")
        command = [str(SOUNDPOST), "run", "--node", NODE, "--config", str(config)]
        with (
            (self.folder / "log").open("wb") as log,
            subprocess.Popen(command, stderr=log) as process,
        ):
            try:
                self._watch(process)
            finally:
                process.kill()
        return process.returncode

    def detections(self) -> list[dict[str, Any]]:
        """What it told, in order."""
        return [json.loads(message.payload) for message in self.subscriber.on(DETECTIONS)]

    def health(self) -> dict[str, Any]:
        """The last that it said of itself."""
        told: dict[str, Any] = json.loads(self.subscriber.on(HEALTH)[-1].payload)
        return told

    def _watch(self, process: "subprocess.Popen[bytes]") -> None:
        self.say(Footprint.HEADER)
        told_hours = -self.hours
        while process.poll() is None:
            time.sleep(LOOK_SECONDS)  # what is waited for is time itself
            told = self.subscriber.on(HEALTH)
            heard_hours = json.loads(told[-1].payload)["heard_seconds"] / 3600 if told else 0.0
            seen = look(process.pid, self.folder / "kept", heard_hours)
            if seen is None:
                continue
            self.looks.append(seen)
            if heard_hours - told_hours >= self.hours / ROWS:
                self.say(str(seen))
                told_hours = heard_hours


def golden_sounds() -> list[NDArray[np.int16]]:
    """The examples that came with the bundle, digital silence aside."""
    pcm = read_golden(load_bundle(BUNDLE)).pcm
    return [samples for samples in pcm if np.ptp(samples)]
