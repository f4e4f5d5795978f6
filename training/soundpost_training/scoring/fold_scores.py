"""Scores of a fold's clips, before and after quantisation."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from soundpost_training.files import atomic_path
from soundpost_training.metrics import clip_means

SCORES_FILE = "scores.npz"


@dataclass(frozen=True, slots=True)
class FoldScores:
    """Scores that the model of a fold gives to its held-out clips.

    The model of all folds holds none out: its scores are of all clips, which it was trained on.

    Attributes:
        clips: int64[clips], positions in the data set.
        truth: int64[clips], the ground truth: positions of their labels.
        owners: int64[windows], the place in `clips` of each window's clip.
        int8: float32[windows, labels], scores of the quantised model as the daemon computes them;
            float32[0, labels] where nothing was quantised.
        real: float32[windows, labels], scores of the network before quantisation.
    """

    clips: NDArray[np.int64]
    truth: NDArray[np.int64]
    owners: NDArray[np.int64]
    int8: NDArray[np.float32]
    real: NDArray[np.float32]

    def of_clips(self, window_scores: NDArray[np.float32]) -> NDArray[np.float32]:
        """Returns the mean score of each clip's windows, float32[clips, labels]."""
        return clip_means(window_scores, self.owners)

    def save(self, path: Path) -> None:
        """Writes the arrays to a file, completely or not at all."""
        arrays = {name: getattr(self, name) for name in self.__slots__}
        with atomic_path(path) as partial:
            np.savez_compressed(partial, **arrays)

    @classmethod
    def load(cls, path: Path) -> "FoldScores":
        """Reads the arrays that `save` wrote."""
        with np.load(path) as arrays:
            return cls(*(arrays[name] for name in cls.__slots__))


AllScores = Mapping[int | None, FoldScores]
"""The scores of each fold; under None those of the model of all folds, where that is shipped."""


def float_scores(network: keras.Model, windows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns the scores of a network in float, float32[n, labels].

    Args:
        network: From log-mel to logits.
        windows: float32[n, frames, mel_bands].
    """
    logits = network.predict(windows[..., None], batch_size=256, verbose=0)
    return np.asarray(keras.ops.softmax(np.asarray(logits, np.float32)))
