"""Sounds that no label names: `unknown`, which is loud and lasts, and `any`, which is loud."""

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import SILENCE_DBFS
from soundpost.audio.noise_floor import NoiseFloor
from soundpost.config import DecideConfig, LabelConfig
from soundpost.events import Scores
from soundpost.manifest import Label, Manifest

UNKNOWN = "unknown"
ANY = "any"

NAMELESS = {
    UNKNOWN: LabelConfig(needed_windows=6, of_windows=8),
    ANY: LabelConfig(),
}
"""How each decides, unless the configuration says otherwise of it by name: what is said of all
labels is meant for the model's."""

ON_THRESHOLD = 0.5
"""The score of what is `over_floor_db` over the noise floor; twice as far is 1."""

OFF_THRESHOLD = 0.3
REFRACTORY_SECONDS = 1.0
_LEAST = 1e-6  # a threshold may be 0, and nothing is divided by that

LIKENESS = 0.6
"""What a label at its on-threshold takes away from the score of `unknown`. So little, because a
softmax must put its weight somewhere: with 1 a tenth of the sounds without a name were told, with
0.6 half of them, and one in twenty of those with a name (tests/bench/unlabelled.py)."""

FLOOR_SMOOTHING = 0.6
"""Weight of the past in the smoothed level of windows: a window that is mostly a dropout must not
become the floor."""


def reserved_labels_of(config: DecideConfig) -> list[str]:
    """The names of those that the configuration asks for."""
    return [name for name, is_on in ((UNKNOWN, config.unknown), (ANY, config.any)) if is_on]


def nameless_labels(config: DecideConfig, sample_rate_hz: int) -> list[Label]:
    """Those that the configuration asks for, as labels that follow the model's own."""
    return [
        Label(
            name=name,
            on_threshold=ON_THRESHOLD,
            off_threshold=OFF_THRESHOLD,
            smoothing_windows=1,
            minimum_samples=0,
            refractory_samples=round(REFRACTORY_SECONDS * sample_rate_hz),
        )
        for name in reserved_labels_of(config)
    ]


class UnlabelledScorer:
    """Scores windows by how far they are over the noise floor, and how little is known of them.

    The floor is the least level of the windows heard in the last `floor_seconds`, so until so much
    was heard nothing is loud, and a steady sound that lasts longer is the floor. Windows that hold
    digital silence alone, or are cut short by a gap, say nothing of the place.

    Args:
        manifest: Of the model; its thresholds say how near a sound is to a label.
        config: What is asked for.
    """

    def __init__(self, manifest: Manifest, config: DecideConfig) -> None:
        spec = manifest.input.features
        self._names = reserved_labels_of(config)
        stride_seconds = manifest.input.stride_frames * spec.hop_samples / spec.sample_rate_hz
        self._floor = NoiseFloor(round(config.floor_seconds / stride_seconds), FLOOR_SMOOTHING)
        self._full_db = config.over_floor_db / ON_THRESHOLD
        self._window_samples = spec.sample_count(manifest.input.window_frames)
        on_thresholds = [max(label.on_threshold, _LEAST) for label in manifest.labels]
        self._on = np.array(on_thresholds, np.float32)

    def extend(self, scores: Scores) -> NDArray[np.float32]:
        """The scores with those of the nameless after them, float32[labels + nameless]."""
        loudness = self._loudness(scores)
        nearest = float((scores.values / self._on).max())
        by_name = {ANY: loudness, UNKNOWN: min(loudness, max(0.0, 1.0 - LIKENESS * nearest))}
        added = np.array([by_name[name] for name in self._names], np.float32)
        return np.concatenate((scores.values, added))

    def _loudness(self, scores: Scores) -> float:
        """How far the window is over the floor, from 0 to 1."""
        window = scores.window
        is_whole = window.end_sample - window.start_sample == self._window_samples
        if not is_whole or window.level_dbfs <= SILENCE_DBFS:
            return 0.0
        floor_dbfs = self._floor.update(window.level_dbfs)
        if not self._floor.is_known:
            return 0.0
        return min(1.0, max(0.0, (window.level_dbfs - floor_dbfs) / self._full_db))
