"""A linear head on the embeddings of crops, fitted on a fold's training clips."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from soundpost_training.errors import TrainingError
from soundpost_training.files import atomic_path

Floats = NDArray[np.float32]

CROP_HEAD_FILE = "crop-head.npz"

PENALTY = 0.04
"""Of the squared weights on standardised features, beside the mean loss of a crop. On windows of
ESC-50 and of UrbanSound8K ten times as much differs by a point at most, and makes scores almost
equal; a tenth of it is up to two points worse."""

ITERATIONS = 300

LEAST_DEVIATION = 1e-3
"""Added to each feature's deviation: a feature that never changes stays at zero."""


class CropHead(NamedTuple):
    """Logistic regression on standardised embeddings.

    Attributes:
        mean: float32[features], of the training crops.
        deviation: float32[features], the same.
        weights: float32[features, labels].
        bias: float32[labels].
    """

    mean: Floats
    deviation: Floats
    weights: Floats
    bias: Floats

    def logits(self, embeddings: NDArray[np.floating]) -> Floats:
        """Returns the logits of crops, float32[n, labels].

        Args:
            embeddings: float[n, features].
        """
        standardised = (embeddings.astype(np.float32) - self.mean) / self.deviation
        logits: Floats = (standardised @ self.weights + self.bias).astype(np.float32)
        return logits

    def save(self, folder: Path) -> None:
        """Writes the head to the folder of a run.

        Raises:
            TrainingError: It cannot be written.
        """
        with atomic_path(folder / CROP_HEAD_FILE) as partial, partial.open("wb") as file:
            np.savez(file, **self._asdict())

    @classmethod
    def load(cls, folder: Path) -> "CropHead":
        """Reads the head in the folder of a run.

        Raises:
            TrainingError: There is none.
        """
        path = folder / CROP_HEAD_FILE
        if not path.is_file():
            raise TrainingError(
                f"the head on the waveform teacher is missing: {path}",
                hint=f"remove {folder}, so that teacher and student are trained anew",
            )
        with np.load(path) as arrays:
            return cls(*(arrays[name] for name in cls._fields))


def fit_crop_head(embeddings: NDArray[np.floating], targets: NDArray[np.int64]) -> CropHead:
    """Fits a head; the same crops give the same head.

    Args:
        embeddings: float[n, features], of training crops only.
        targets: int64[n], the label of each; every label has a crop.
    """
    crops = embeddings.astype(np.float32)
    mean, deviation = crops.mean(axis=0), crops.std(axis=0) + np.float32(LEAST_DEVIATION)
    regression = LogisticRegression(C=1.0 / (PENALTY * len(crops)), max_iter=ITERATIONS)
    regression.fit((crops - mean) / deviation, targets)
    weights, bias = regression.coef_, regression.intercept_
    if len(weights) == 1:  # of two labels, only the difference is fitted
        weights, bias = np.stack((-weights[0], weights[0])) / 2, np.array((-bias[0], bias[0])) / 2
    return CropHead(mean, deviation, weights.T.astype(np.float32), bias.astype(np.float32))
