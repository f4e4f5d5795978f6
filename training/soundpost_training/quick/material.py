"""Recordings and the features of their windows, to fit heads on and to score with them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soundpost_training.dataset.clip import Dataset
from soundpost_training.train.linear_head import Activation

Real = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Embedded:
    """The windows of a data set as features.

    Attributes:
        features: float32[windows, features]; clips first, then background.
        owners: int64[windows], the recording of each, ascending.
        active: bool[windows], false where a clip is mostly the silence around its sound.
        quiet: float32[sounds, features], of silence and faint noise.
        calibration: float32[n, frames, bands], windows to take the ranges of int8 from.
    """

    features: Real
    owners: NDArray[np.int64]
    active: NDArray[np.bool_]
    quiet: Real
    calibration: Real


@dataclass(frozen=True, slots=True)
class Material:
    """A data set, its features, and the kind of head that it takes.

    Attributes:
        dataset: The recordings, with their folds.
        embedded: Their windows.
        activation: Of the head: `sigmoid` where there is background, or one label only.
    """

    dataset: Dataset
    embedded: Embedded
    activation: Activation

    @property
    def window_folds(self) -> NDArray[np.int64]:
        """The fold of each window, int64[windows]."""
        folds = np.array([clip.fold for clip in self.dataset.recordings])
        return folds[self.embedded.owners]

    @property
    def is_background(self) -> NDArray[np.bool_]:
        """True for windows of the background, bool[windows]."""
        return self.embedded.owners >= len(self.dataset.clips)

    @property
    def targets(self) -> Real:
        """The targets of all windows, float32[windows, labels]; zeros for the background."""
        labels = len(self.dataset.labels)
        rows = np.concatenate(
            (
                np.eye(labels, dtype=np.float32)[self.dataset.targets()],
                np.zeros((len(self.dataset.background), labels), np.float32),
            )
        )
        targets: Real = rows[self.embedded.owners]
        return targets
