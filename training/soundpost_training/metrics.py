"""What scores are worth, against the truth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]
Truth = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure over folds: its mean and its standard deviation (n - 1)."""

    mean: float
    spread: float

    @classmethod
    def over_folds(cls, values: list[float]) -> "Figure":
        """The figure of one value per fold; the spread of a single fold is 0."""
        spread = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
        return cls(float(np.mean(values)), spread)


def accuracy(scores: Scores, truth: Truth) -> float:
    """The share of clips whose highest score is their label's.

    Args:
        scores: float32[clips, labels].
        truth: int64[clips].
    """
    return float(np.mean(scores.argmax(axis=1) == truth))


def confusion(scores: Scores, truth: Truth) -> NDArray[np.int64]:
    """How often each label (row) was taken for each (column), int64[labels, labels]."""
    labels = scores.shape[1]
    flat = np.bincount(truth * labels + scores.argmax(axis=1), minlength=labels**2)
    return flat.reshape(labels, labels)
