"""A folder of recordings with many events, and two tiny models that detect them."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from tiny_models import write_tiny_bundle

RATES_HZ = {"low": 16_000, "high": 48_000}
LABELS = {"low": ("dog", "hiss", "hum"), "high": ("dog", "bell", "owl")}
RULES = "on_threshold = 0.36\noff_threshold = 0.33\nsmoothing_windows = 2\n"
"""So low that the tiny network's random scores start and end many events."""
RECORDED_HZ = 44_100
REPEATED_SECONDS = 60.0
"""A recording of an hour takes little memory then."""
TABLES = ("detections.jsonl", "recordings.csv", "events.csv")


def write_models(folder: Path, *names: str) -> Path:
    """Writes tiny bundles and a configuration that uses them; returns the configuration."""
    names = names or tuple(RATES_HZ)
    for name in names:
        write_tiny_bundle(folder / name, RATES_HZ[name], LABELS[name])
    path = folder / f"{'-'.join(names)}.toml"
    path.write_text(
        "".join(
            f'[[models]]\nbundle = "{folder / name}"\n[models.decide]\n{RULES}' for name in names
        )
    )
    return path


def write_sound(path: Path, seed: int, seconds: float = 6.0) -> None:
    """Writes tones and noise that begin and end three times a second; a long one repeats them."""
    rng = np.random.default_rng(seed)
    repeats = max(1, round(seconds / REPEATED_SECONDS))
    turns, length = round(seconds / repeats * 3), RECORDED_HZ // 3
    level = np.repeat(rng.choice([0.0, 0.1, 0.4], turns), length)
    tone = np.sin(
        2 * np.pi * np.repeat(rng.uniform(200, 6000, turns), length).cumsum() / RECORDED_HZ
    )
    sound = level * (0.5 * tone + 0.3 * rng.normal(size=len(level)))
    path.parent.mkdir(parents=True, exist_ok=True)
    with soundfile.SoundFile(path, "w", RECORDED_HZ, 1, "PCM_16") as file:
        for _ in range(repeats):
            file.write(np.clip(sound, -1, 1))


def write_archive(folder: Path, recordings: int, seconds: float = 6.0) -> None:
    """Writes recordings with the names of an AudioMoth, an hour apart, in two folders."""
    for number in range(recordings):
        name = f"{'ab'[number % 2]}/20251026_{number % 24:02}0000.WAV"
        write_sound(folder / name, number, seconds)


def tables(out: Path) -> dict[str, bytes]:
    """Returns the tables of a run."""
    return {name: (out / name).read_bytes() for name in TABLES}


def events(out: Path) -> list[dict[str, Any]]:
    """Returns the events of a run."""
    return [json.loads(line) for line in (out / "detections.jsonl").read_text().splitlines()]


def recordings(out: Path) -> list[dict[str, str]]:
    """Returns the recordings of a run."""
    with (out / "recordings.csv").open(newline="") as file:
        return list(csv.DictReader(file))
