"""The real daemon with a real broker, on a week of sound at full speed."""

import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from daemon_process import DETECTIONS, HEALTH, NODE, SOUNDPOST
from footprint import Footprint, measure
from long_recording import write_long
from mosquitto import Broker
from mqtt_subscriber import Subscriber
from numpy.typing import NDArray

from soundpost.classify import Classifier, load_bundle, read_golden

BUNDLE = Path(__file__).resolve().parents[2] / "models" / "everyday"
EVERY_SECONDS = 300
"""Time from one sound to the next: 2,015 sounds in a week."""
SAMPLE_SECONDS = 0.5
ROWS = 20
EVIDENCE_MEGABYTES = 1
BACKGROUND_MINUTES = 15
"""Less than the warm-up of a soak of three hours."""
CONFIG = """
[capture]
source = "wav:{folder}/week.wav"
pace = "fast"
[classify]
bundle = "{bundle}"
[decide]
on_threshold = 0.2
off_threshold = 0.15
[evidence]
folder = "{folder}/kept/evidence"
budget_megabytes = {megabytes}
[heads]
folder = "{folder}/kept/heads"
background_hours = {background}
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
    """A daemon that processes many hours of sound, while its resources are measured.

    Args:
        folder: An empty folder.
        broker: The daemon's broker.
        subscriber: A subscriber to all topics.
        hours: Length of the sound.
        print_row: Prints a row of the table.
    """

    folder: Path
    broker: Broker
    subscriber: Subscriber
    hours: float
    print_row: Callable[[str], None]
    samples: list[Footprint] = field(default_factory=list)
    sounds: int = 0

    def run(self) -> int:
        """Runs the daemon on all of the sound; returns its exit status."""
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
            background=BACKGROUND_MINUTES / 60,
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
        """Returns the published detections, in order."""
        return [json.loads(message.payload) for message in self.subscriber.on(DETECTIONS)]

    def health(self) -> dict[str, Any]:
        """Returns the latest health message."""
        report: dict[str, Any] = json.loads(self.subscriber.on(HEALTH)[-1].payload)
        return report

    @property
    def background(self) -> list[Path]:
        """The files of background, each of a minute."""
        return list((self.folder / "kept" / "background").rglob("*.npz"))

    def _watch(self, process: "subprocess.Popen[bytes]") -> None:
        self.print_row(Footprint.HEADER)
        printed_hours = -self.hours
        while process.poll() is None:
            time.sleep(SAMPLE_SECONDS)  # the interval of the measurement
            reports = self.subscriber.on(HEALTH)
            seconds = json.loads(reports[-1].payload)["heard_seconds"] if reports else 0.0
            audio_hours = seconds / 3600
            sample = measure(process.pid, self.folder / "kept", audio_hours)
            if sample is None:
                continue
            self.samples.append(sample)
            if audio_hours - printed_hours >= self.hours / ROWS:
                self.print_row(str(sample))
                printed_hours = audio_hours


def background_bytes() -> int:
    """Returns the space of the background at most: two bytes for each value of an embedding."""
    bundle = load_bundle(BUNDLE)
    windows = 60 * bundle.manifest.input.sample_rate_hz / bundle.manifest.input.stride_samples
    minute = windows * 2 * Classifier(bundle).embedding_size + 16_384
    return round((BACKGROUND_MINUTES + 1) * minute)


def golden_sounds() -> list[NDArray[np.int16]]:
    """Returns the golden examples of the bundle without digital silence."""
    pcm = read_golden(load_bundle(BUNDLE)).pcm
    return [samples for samples in pcm if np.ptp(samples)]
