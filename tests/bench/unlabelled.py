"""Counts false alarms of `unknown` and `any`: `python tests/bench/unlabelled.py [MINUTES]`.

Needs the recordings of ESC-50 ($SOUNDPOST_DATA, see tests/conftest.py). Three kinds of
sound, all of fold 5: ambience (rain, wind, waves or crickets whose level varies by 5 dB), sounds
that have a label in the bundle, and sounds that have none in the bundle of ten labels. An event of
`unknown` or `any` in ambience is a false alarm, as is one of `unknown` on a labelled sound.
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
"""Range in which the level of ambience varies."""

FADE_SECONDS = 0.5
PAUSE_SECONDS = 10.0
AMBIENT_DBFS, BACKGROUND_DBFS, SOUND_DBFS = -50.0, -65.0, -30.0
LEARNING_SECONDS = 70.0
"""Faint noise at the start, in which the noise floor is learnt."""

Signal = NDArray[np.float64]


def clips(rng: np.random.Generator, labels: set[str]) -> list[Signal]:
    """Returns the clips of fold 5 of these labels in random order, without trailing zeros."""
    rows = csv.DictReader((DATA / "esc50.csv").read_text().splitlines())
    names = [row["filename"] for row in rows if row["fold"] == "5" and row["category"] in labels]
    signals = []
    for name in rng.permutation(names):
        signal, _ = soundfile.read((DATA / "audio" / name).with_suffix(".flac"))
        nonzero = np.flatnonzero(signal)
        signals.append(signal[: nonzero[-1] + 1])
    return signals


def at_level(signal: Signal, dbfs: float) -> Signal:
    """Returns the signal scaled to an RMS level."""
    scaled: Signal = signal * 10 ** (dbfs / 20) / np.sqrt(np.mean(signal**2))
    return scaled


def ambience(rng: np.random.Generator, label: str, seconds: float) -> Signal:
    """Returns clips of one label, cross-faded, each some decibels louder or fainter."""
    pieces, result = clips(rng, {label}), np.zeros(round(seconds * RATE_HZ))
    fade, start = round(FADE_SECONDS * RATE_HZ), 0
    while start < len(result):
        gust_db = rng.uniform(-GUSTS_DB, GUSTS_DB)
        piece = at_level(pieces[int(rng.integers(len(pieces)))], AMBIENT_DBFS + gust_db)
        ramp = np.sqrt(np.clip(np.arange(len(piece)) / fade, 0.0, 1.0))
        piece = (piece * ramp * ramp[::-1])[: len(result) - start]
        result[start : start + len(piece)] += piece
        start += max(fade, len(piece) - fade)
    return result


def scattered(rng: np.random.Generator, labels: set[str], seconds: float) -> tuple[Signal, int]:
    """Returns clips over faint noise with pauses between them, and their number."""
    pause = np.zeros(round(PAUSE_SECONDS * RATE_HZ))
    pieces, count = [np.zeros(round(LEARNING_SECONDS * RATE_HZ))], 0
    for clip in clips(rng, labels):
        pieces += [at_level(clip, SOUND_DBFS), pause]
        count += 1
        if sum(map(len, pieces)) > seconds * RATE_HZ:
            break
    result = np.concatenate(pieces)
    return result + at_level(rng.normal(size=len(result)), BACKGROUND_DBFS), count


def confirmed_events(signal: Signal, bundle: str) -> Counter[str]:
    """Returns the number of confirmed events by label."""
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


def line(name: str, signal: Signal, events: Counter[str], clips: int = 0) -> str:
    """Returns a line with the events per hour."""
    hours = len(signal) / RATE_HZ / 3600
    rates = ", ".join(f"{label} {events[label] / hours:6.1f}/h" for label in ("unknown", "any"))
    labelled = sum(events.values()) - events["unknown"] - events["any"]
    return (
        f"{name:32} {hours * 60:5.1f} min {clips:4} clips  {rates}, "
        f"labelled {labelled / hours:6.1f}/h"
    )


def main(minutes: float) -> None:
    """Prints a line for each kind of sound."""
    rng, seconds = np.random.default_rng(5), 60.0 * minutes
    rows = csv.DictReader((DATA / "esc50.csv").read_text().splitlines())
    ten: dict[str, bool] = {row["category"]: row["esc10"] == "True" for row in rows}
    for label in AMBIENT:
        signal = ambience(rng, label, seconds)
        print(line(f"ambience: {label}", signal, confirmed_events(signal, "esc50")), flush=True)
    for name, bundle, labels in (
        ("labelled sounds (esc50)", "esc50", set(ten)),
        ("labelled sounds (esc10)", "esc10", {label for label, is_in in ten.items() if is_in}),
        (
            "unlabelled sounds (esc10)",
            "esc10",
            {label for label, is_in in ten.items() if not is_in},
        ),
    ):
        signal, count = scattered(rng, labels, 2 * seconds)
        print(line(name, signal, confirmed_events(signal, bundle), count), flush=True)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 10.0)
