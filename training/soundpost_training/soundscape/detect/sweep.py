"""Scores a whole soundscape once, and decides on its events by any number of methods."""

import time
import warnings
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

with warnings.catch_warnings():  # sed_eval's dcase_util asks pkg_resources, which warns
    warnings.simplefilter("ignore")
    from sed_scores_eval.base_modules.scores import create_score_dataframe

DecisionMethod = Callable[[RecordingScores], list[DetectedEvent]]
"""Makes events of the scores of a recording."""


@dataclass(frozen=True, slots=True)
class ProcessorTime:
    """Processor time in milliseconds.

    Attributes:
        window_median_ms: Features and model, for one window.
        window_p95_ms: The 95th percentile of the same.
        decide_ms: The first decision method, for one window, on average.
    """

    window_median_ms: float
    window_p95_ms: float
    decide_ms: float


@dataclass(frozen=True, slots=True)
class SweepResult:
    """The events that every decision method detected in every recording.

    Attributes:
        events: By the name of the method, and of the recording.
        score_tables: The scores of each recording, for PSDS.
        processor_time: Cost of scoring and deciding.
    """

    events: dict[str, dict[str, list[DetectedEvent]]]
    score_tables: dict[str, Any]
    processor_time: ProcessorTime


def sweep(
    folder: Path,
    recordings: Sequence[Recording],
    model: SoundModel,
    methods: Mapping[str, DecisionMethod],
) -> SweepResult:
    """Scores each recording once and applies every method; one recording is in memory at a time.

    Args:
        folder: The soundscape's folder.
        recordings: The recordings to score.
        model: The model that scores them.
        methods: Decision methods by name; the processor time of the first is measured.
    """
    events: dict[str, dict[str, list[DetectedEvent]]] = {name: {} for name in methods}
    score_tables: dict[str, Any] = {}
    busy_seconds: list[float] = []
    decide_seconds, windows = 0.0, 0
    measured = next(iter(methods))
    with bar() as progress:
        for recording in progress.track(recordings, description=f"{model.name} scores"):
            scores = score_recording(folder / recording.name, model)
            score_tables[recording.name] = score_table(scores, model.labels)
            busy_seconds += scores.busy_seconds.tolist()
            for name, decide in methods.items():
                begun = time.process_time()
                events[name][recording.name] = decide(scores)
                if name == measured:
                    decide_seconds += time.process_time() - begun
            windows += len(scores.values)
    busy_ms = 1000 * np.array(busy_seconds)
    processor_time = ProcessorTime(
        window_median_ms=float(np.median(busy_ms)),
        window_p95_ms=float(np.percentile(busy_ms, 95)),
        decide_ms=1000 * decide_seconds / windows,
    )
    return SweepResult(events, score_tables, processor_time)


def score_table(recording: RecordingScores, labels: Sequence[str]) -> Any:  # noqa: ANN401 - pandas has no types here
    """Returns scores as sed_scores_eval takes them, each window's for the stride in its middle.

    Args:
        recording: The scores of a recording.
        labels: The columns of its scores.
    """
    windows = np.arange(len(recording.values) + 1)
    edges = recording.first_stride_seconds + recording.stride_seconds * windows
    edges[0] = 0.0  # sed_scores_eval requires the table to begin at 0
    return create_score_dataframe(recording.values.astype(np.float64), edges, list(labels))
