"""How often `unknown` and `any` are wrong: `python tests/bench/unlabelled.py [MINUTES]`.

Needs the recordings of ESC-50 ($SOUNDPOST_DATA, see tests/conftest.py). All are of fold 5, which
the shipped esc50 bundle did not train on. Heard are places where nothing happens (rain, wind, waves
or crickets, that go up and down by 5 dB), sounds that have a name among the bundle's, and sounds
that have none in the bundle of ten. What is told where nothing should be is a false alarm.
"""

import csv
import os
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from soundpost.capture import ArraySource
from soundpost.classify.model import load_model
from soundpost.config import ClassifyConfig, Config, DecideConfig
from soundpost.events import State
from soundpost.health import Health
from soundpost.pipeline import build_pipeline

DATA = Path(os.environ.get("SOUNDPOST_DATA", "../shared/data")) / "esc50"
AMBIENT = ("rain", "wind", "sea_waves", "crickets")
RATE_HZ = 16_000
GUSTS_DB = 5.0
FADE_SECONDS = 0.5
PAUSE_SECONDS = 10.0
AMBIENT_DBFS, BACKGROUND_DBFS, SOUND_DBFS = -50.0, -65.0, -30.0
LEARNING_SECONDS = 70.0

Signal = NDArray[np.float64]


def clips(rng: np.random.Generator, labels: set[str]) -> list[Signal]:
    """The clips of fold 5 of these labels, in random order, cut to what is heard of them."""
    rows = csv.DictReader((DATA / "esc50.csv").read_text().splitlines())
    names = [row["filename"] for row in rows if row["fold"] == "5" and row["category"] in labels]
    found = []
    for name in rng.permutation(names):
        signal, _ = soundfile.read((DATA / "audio" / name).with_suffix(".flac"))
        heard = np.flatnonzero(signal)
        found.append(signal[: heard[-1] + 1])
    return found


def at_level(signal: Signal, dbfs: float) -> Signal:
    """The signal at an RMS level."""
    scaled: Signal = signal * 10 ** (dbfs / 20) / np.sqrt(np.mean(signal**2))
    return scaled


def ambience(rng: np.random.Generator, label: str, seconds: float) -> Signal:
    """Clips of one label, each some decibels louder or fainter, faded into one another."""
    pieces, made = clips(rng, {label}), np.zeros(round(seconds * RATE_HZ))
    fade, at = round(FADE_SECONDS * RATE_HZ), 0
    while at < len(made):
        gust_db = rng.uniform(-GUSTS_DB, GUSTS_DB)
        piece = at_level(pieces[int(rng.integers(len(pieces)))], AMBIENT_DBFS + gust_db)
        ramp = np.sqrt(np.clip(np.arange(len(piece)) / fade, 0.0, 1.0))
        piece = (piece * ramp * ramp[::-1])[: len(made) - at]
        made[at : at + len(piece)] += piece
        at += max(fade, len(piece) - fade)
    return made


def scattered(rng: np.random.Generator, labels: set[str], seconds: float) -> tuple[Signal, int]:
    """Clips over faint noise with pauses between them, and how many there are."""
    pause = np.zeros(round(PAUSE_SECONDS * RATE_HZ))
    pieces, count = [np.zeros(round(LEARNING_SECONDS * RATE_HZ))], 0
    for clip in clips(rng, labels):
        pieces += [at_level(clip, SOUND_DBFS), pause]
        count += 1
        if sum(map(len, pieces)) > seconds * RATE_HZ:
            break
    made = np.concatenate(pieces)
    return made + at_level(rng.normal(size=len(made)), BACKGROUND_DBFS), count


def told(signal: Signal, bundle: str) -> Counter[str]:
    """How many events were confirmed, by label."""
    config = Config(
        classify=ClassifyConfig(bundle=bundle), decide=DecideConfig(unknown=True, any=True)
    )
    model = load_model(config.classify)
    samples = np.clip(np.rint(signal * 32_768), -32_768, 32_767).astype(np.int16)
    pipeline = build_pipeline(config, model, ArraySource(samples, RATE_HZ), Health())
    return Counter(
        detection.label
        for detections in pipeline.run()
        for detection in detections
        if detection.state is State.CONFIRMED
    )


def line(place: str, signal: Signal, found: Counter[str], clips: int = 0) -> str:
    """What was told in a place, by the hour."""
    hours = len(signal) / RATE_HZ / 3600
    rates = ", ".join(f"{name} {found[name] / hours:6.1f}/h" for name in ("unknown", "any"))
    named = sum(found.values()) - found["unknown"] - found["any"]
    return (
        f"{place:32} {hours * 60:5.1f} min {clips:4} clips  {rates}, named {named / hours:6.1f}/h"
    )


def main(minutes: float) -> None:
    """Print a line for each place."""
    rng, seconds = np.random.default_rng(5), 60.0 * minutes
    rows = csv.DictReader((DATA / "esc50.csv").read_text().splitlines())
    ten: dict[str, bool] = {row["category"]: row["esc10"] == "True" for row in rows}
    for label in AMBIENT:
        signal = ambience(rng, label, seconds)
        print(line(f"nothing but {label}", signal, told(signal, "esc50")), flush=True)
    for place, bundle, labels in (
        ("sounds with a name (esc50)", "esc50", set(ten)),
        ("sounds with a name (esc10)", "esc10", {name for name, is_in in ten.items() if is_in}),
        ("sounds without a name (esc10)", "esc10", {n for n, is_in in ten.items() if not is_in}),
    ):
        signal, count = scattered(rng, labels, 2 * seconds)
        print(line(place, signal, told(signal, bundle), count), flush=True)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 10.0)
