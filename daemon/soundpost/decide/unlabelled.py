"""Scores of the reserved labels: `unknown` (loud, lasting, like no label) and `any` (loud)."""

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import SILENCE_DBFS
from soundpost.audio.noise_floor import NoiseFloor
from soundpost.config import DecideConfig
from soundpost.decide.rules.reserved_labels import ON_THRESHOLD, reserved_labels_of
from soundpost.events import ANY, UNKNOWN, Scores
from soundpost.manifest import Manifest

_SMALLEST_THRESHOLD = 1e-6  # a threshold may be 0, and the scores are divided by it

LIKENESS = 0.6
"""The share by which a label at its on-threshold lowers the score of `unknown`. Less than 1,
because a softmax must put its weight somewhere: with 1, one in ten sounds without a label was
detected; with 0.6 half of them, and one in twenty of those with a label
(tests/bench/unlabelled.py)."""

FLOOR_SMOOTHING = 0.6
"""Weight of the past in the smoothed level of windows: a window that is mostly a dropout must not
become the noise floor."""


class UnlabelledScorer:
    """Scores windows by their level over the noise floor and their distance from all labels.

    The noise floor is the lowest level of the windows of the last `floor_seconds`. Until that time
    was recorded nothing is loud; a steady sound that lasts longer becomes the floor. Windows of
    digital silence, and those that a gap cuts short, are left out of it.

    Args:
        manifest: Of the model; the thresholds of its labels measure how near a sound is to them.
        config: Switches the reserved labels on, and sets the level and the time of the floor.
    """

    def __init__(self, manifest: Manifest, config: DecideConfig) -> None:
        model_input = manifest.input
        self._names = reserved_labels_of(config)
        stride_seconds = model_input.stride_samples / model_input.sample_rate_hz
        self._floor = NoiseFloor(round(config.floor_seconds / stride_seconds), FLOOR_SMOOTHING)
        self._full_db = config.over_floor_db / ON_THRESHOLD
        self._window_samples = model_input.window_samples
        on_thresholds = [max(label.on_threshold, _SMALLEST_THRESHOLD) for label in manifest.labels]
        self._on = np.array(on_thresholds, np.float32)

    def extend(self, scores: Scores) -> NDArray[np.float32]:
        """Returns the scores with those of the reserved labels appended.

        Returns:
            float32[labels + reserved labels].
        """
        excess = self._excess(scores)
        nearest = float((scores.values / self._on).max())
        by_name = {ANY: excess, UNKNOWN: min(excess, max(0.0, 1.0 - LIKENESS * nearest))}
        reserved = np.array([by_name[name] for name in self._names], np.float32)
        return np.concatenate((scores.values, reserved))

    def _excess(self, scores: Scores) -> float:
        """Returns how far the window's level is over the noise floor, from 0 to 1."""
        window = scores.window
        is_whole = window.end_sample - window.start_sample == self._window_samples
        if not is_whole or window.level_dbfs <= SILENCE_DBFS:
            return 0.0
        floor_dbfs = self._floor.update(window.level_dbfs)
        if not self._floor.is_known:
            return 0.0
        return min(1.0, max(0.0, (window.level_dbfs - floor_dbfs) / self._full_db))
