"""Counts the events that scores of windows would give, by the daemon's own tracker."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soundpost.decide import Mutes, Rule, Tracker
from soundpost.events import Scores as WindowScores
from soundpost.events import State, Window
from soundpost.features import FeatureSpec
from soundpost.health import Health
from soundpost.manifest import Label
from soundpost.teach.examples import Stretch

Real = NDArray[np.float64]

ON_SCORE = 0.5
"""The threshold of every head: the bias is chosen so that its budget is kept there."""
OFF_SCORE = 0.1
"""A fifth of it, as the bundle `everyday` has it."""
SMOOTHING_WINDOWS = 2
"""As `everyday`: one window alone never starts an event."""
REFRACTORY_SECONDS = 1.0
"""As `everyday`."""

_SPEC = FeatureSpec()
_PIXELS = np.zeros((4, _SPEC.mel_bands), np.float32)
"""Log-mel of no content, in which onset and offset lie at the edges of the window."""


@dataclass(frozen=True, slots=True)
class CountedEvent:
    """An event in a stretch.

    Attributes:
        stretch: The stretch.
        seconds: From the start of the stretch to the start of the event's first window.
        score: The peak of its smoothed score.
    """

    stretch: Stretch
    seconds: float
    score: float


def taught_label(name: str, rate_hz: int, budget: float, recall: float) -> Label:
    """Returns the label of a head, with its thresholds.

    Args:
        name: Of the label.
        rate_hz: The sample rate of the model.
        budget: False events an hour that its threshold keeps to.
        recall: The share of held-out recordings that are detected.
    """
    return Label(
        name=name,
        on_threshold=ON_SCORE,
        off_threshold=OFF_SCORE,
        smoothing_windows=SMOOTHING_WINDOWS,
        minimum_samples=0,
        refractory_samples=round(REFRACTORY_SECONDS * rate_hz),
        false_events_per_hour=budget,
        recall=round(recall, 3),
    )


def smoothed(scores: Real) -> Real:
    """Returns the moving means of scores, as the daemon has them: before the first is silence."""
    padded = np.concatenate((np.zeros(SMOOTHING_WINDOWS - 1), scores))
    means: Real = np.convolve(padded, np.full(SMOOTHING_WINDOWS, 1.0 / SMOOTHING_WINDOWS), "valid")
    return means


def peaks(logits: Real, threshold_logit: float) -> Real:
    """Returns the highest smoothed score of each event that could be, float64[events].

    An event could be wherever the smoothed score does not fall below `OFF_SCORE`.

    Args:
        logits: Of successive windows.
        threshold_logit: The logit whose score is `ON_SCORE`.
    """
    means = smoothed(1.0 / (1.0 + np.exp(-np.clip(logits - threshold_logit, -50.0, 50.0))))
    above = np.concatenate(([False], means >= OFF_SCORE, [False]))
    edges = np.flatnonzero(above[1:] != above[:-1])
    return np.array([means[a:b].max() for a, b in edges.reshape(-1, 2).tolist()])


def count_events(
    logits: Sequence[Real], stretches: Sequence[Stretch], threshold_logit: float
) -> list[CountedEvent]:
    """Returns the events of stretches, as the daemon's tracker starts them.

    Args:
        logits: Of the windows of each stretch.
        stretches: The stretches.
        threshold_logit: The logit whose score is `ON_SCORE`.
    """
    return [
        event
        for values, stretch in zip(logits, stretches, strict=True)
        for event in _events(values, stretch, threshold_logit)
    ]


def _events(logits: Real, stretch: Stretch, threshold_logit: float) -> Iterator[CountedEvent]:
    stride = round(stretch.stride_seconds * _SPEC.sample_rate_hz)
    rule = Rule(
        index=0,
        label="taught",
        on_threshold=ON_SCORE,
        off_threshold=OFF_SCORE,
        smoothing_windows=SMOOTHING_WINDOWS,
        minimum_samples=0,
        refractory_samples=round(REFRACTORY_SECONDS * _SPEC.sample_rate_hz),
    )
    tracker = Tracker([rule], _SPEC, Mutes(["taught"]), Health())
    scores = 1.0 / (1.0 + np.exp(-np.clip(logits - threshold_logit, -50.0, 50.0)))
    for number, score in enumerate(scores.astype(np.float32)):
        start = number * stride
        window = Window(start, start + stride, _PIXELS, 0.0, 0)
        for detection in tracker.update(WindowScores(window, np.array([score]))):
            if detection.state is State.STARTED:
                yield CountedEvent(stretch, start / _SPEC.sample_rate_hz, detection.score)
