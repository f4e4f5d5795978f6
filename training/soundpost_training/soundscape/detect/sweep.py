"""Listening to a whole soundscape once, and deciding upon it in many ways."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from soundpost_training.progress import bar
from soundpost_training.soundscape.compose.recipe import Recording
from soundpost_training.soundscape.detect.events import DetectedEvent
from soundpost_training.soundscape.detect.inference import (
    RecordingScores,
    SoundModel,
    score_recording,
)
from soundpost_training.soundscape.score.psds import score_table

Deciding = Callable[[RecordingScores], list[DetectedEvent]]


@dataclass(frozen=True, slots=True)
class Costs:
    """Processor time, in milliseconds.

    Attributes:
        window_median_ms: Features and model, for one window.
        window_p95_ms: The same.
        decide_ms: The first way to decide, for one window, on average.
    """

    window_median_ms: float
    window_p95_ms: float
    decide_ms: float


@dataclass(frozen=True, slots=True)
class SweepResult:
    """What every way to decide told of every recording, and what listening cost.

    Attributes:
        told: By the name of the way, and of the recording.
        tables: The scores of each recording, for `psds`.
        costs: Processor time.
    """

    told: dict[str, dict[str, list[DetectedEvent]]]
    tables: dict[str, Any]
    costs: Costs


def listen(
    folder: Path, recordings: Sequence[Recording], ear: SoundModel, ways: Mapping[str, Deciding]
) -> SweepResult:
    """Hears each recording once; only one is kept in memory.

    Args:
        folder: Where the recordings lie.
        recordings: Which ones.
        ear: Who listens.
        ways: How to decide, by name; the first one's cost is measured.
    """
    told: dict[str, dict[str, list[DetectedEvent]]] = {name: {} for name in ways}
    tables: dict[str, Any] = {}
    busy_seconds: list[float] = []
    decide_seconds, windows = 0.0, 0
    measured = next(iter(ways))
    with bar() as progress:
        for one in progress.track(recordings, description=f"{ear.name} listens"):
            heard = score_recording(folder / one.name, ear)
            tables[one.name] = score_table(heard, ear.labels)
            busy_seconds += heard.busy_seconds.tolist()
            for name, decide in ways.items():
                began = time.process_time()
                told[name][one.name] = decide(heard)
                if name == measured:
                    decide_seconds += time.process_time() - began
            windows += len(heard.values)
    busy_ms = 1000 * np.array(busy_seconds)
    costs = Costs(
        window_median_ms=float(np.median(busy_ms)),
        window_p95_ms=float(np.percentile(busy_ms, 95)),
        decide_ms=1000 * decide_seconds / windows,
    )
    return SweepResult(told=told, tables=tables, costs=costs)
