"""Thresholds of labels that score in noise: so far above it that noise starts no event."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soundpost.classify.activation import sigmoid
from soundpost.importer.noise.measure import NoiseScores, logit
from soundpost.importer.noise.noises import Noise

NOTED_SCORE = 0.05
"""A label with a lower score in all noise is not noted; nor is one below half of the threshold of
all labels, if that is less. BirdNET's highest in ten minutes of pink noise was 0.097 for a label
that had 0.47 in another ten; noting from 0.001 on would raise one threshold more."""
MORE_SOUND = 100
"""Times the measured sound that a threshold holds for: 17 hours, of ten minutes of each noise."""
MARGIN_LOGIT = 0.5
"""The least distance from the highest score, in logits: from 0.52 to 0.64."""
MOST_THRESHOLD = 0.95
"""A label that needs more is off by default: the sound itself seldom scores higher."""
_STEPS = 100
"""Of thresholds in a score of 1: two digits, rounded up."""


@dataclass(frozen=True, slots=True)
class LabelThreshold:
    """The thresholds of a label, and the noise that they are above.

    Attributes:
        on_threshold: The score that starts an event.
        off_threshold: The score below which it ends: half way down to the score of noise.
        noise_score: The highest score in noise; None if it is too low to be noted.
        noise: The noise that had it; None likewise.
        is_raised: True if noise raises the threshold.
        is_off: True if no threshold up to `MOST_THRESHOLD` is enough.
    """

    on_threshold: float
    off_threshold: float
    noise_score: float | None = None
    noise: Noise | None = None
    is_raised: bool = False
    is_off: bool = False


def label_thresholds(measured: Sequence[NoiseScores], default: float) -> list[LabelThreshold]:
    """Returns the thresholds of all labels, in the order of the model's outputs.

    Args:
        measured: The scores of each noise.
        default: The threshold of a label that noise does not raise.
    """
    noted_score = min(NOTED_SCORE, default / 2)
    highest = np.stack([scores.highest for scores in measured])
    needed = np.stack([_needed(scores, noted_score) for scores in measured]).max(axis=0)
    quiet = LabelThreshold(on_threshold=default, off_threshold=default / 2)
    return [
        _noisy(float(highest[at, label]), float(needed[label]), measured[at].noise, default)
        if highest[at, label] >= noted_score
        else quiet
        for label, at in enumerate(highest.argmax(axis=0))
    ]


def _needed(scores: NoiseScores, noted_score: float) -> NDArray[np.float64]:
    """Returns the threshold that keeps one noise from starting events; 0 if it is not noted.

    Peaks over threshold: the logits above a high bound fall off exponentially, so that a hundred
    times as much sound is expected to reach ln(100) mean excesses higher (Pickands, "Statistical
    inference using extreme order statistics", Ann. Statist. 3, 1975, with shape 0).
    """
    margin = np.maximum(MARGIN_LOGIT, math.log(MORE_SOUND) * scores.excess)
    needed = sigmoid(logit(scores.highest) + margin)
    return np.where(scores.highest >= noted_score, needed, 0.0)


def _noisy(highest: float, needed: float, noise: Noise, default: float) -> LabelThreshold:
    """Returns the thresholds of a label that scores in noise."""
    rounded = min(1.0, math.ceil(needed * _STEPS) / _STEPS)
    on_threshold = max(default, rounded)
    return LabelThreshold(
        on_threshold=on_threshold,
        # A lower one would let noise prolong an event that a sound has started.
        off_threshold=max(on_threshold / 2, round((on_threshold + highest) / 2, 4)),
        noise_score=round(highest, 4),
        noise=noise,
        is_raised=rounded > default,
        is_off=rounded > MOST_THRESHOLD,
    )
