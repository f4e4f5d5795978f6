"""What scores are worth, against the truth."""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

Scores = NDArray[np.float32]
Truth = NDArray[np.int64]

RELIABILITY_BINS = 15


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


class LabelMetrics(msgspec.Struct, frozen=True, kw_only=True):
    """How well one label is told from all others; a label without clips has 0 throughout.

    Attributes:
        name: The label.
        clips: How many clips have it.
        precision: Share of the clips taken for it that are it.
        recall: Share of its clips that are taken for it.
        f1: The harmonic mean of both.
        roc_auc: Area under the receiver operating characteristic.
        average_precision: Area under the curve of precision over recall.
    """

    name: str
    clips: int
    precision: float
    recall: float
    f1: float
    roc_auc: float
    average_precision: float


class ReliabilityBin(msgspec.Struct, frozen=True, kw_only=True):
    """Windows whose highest score is alike: how many, that score's mean, how many are right."""

    windows: int
    score: float
    right: float


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


def label_metrics(names: tuple[str, ...], scores: Scores, truth: Truth) -> list[LabelMetrics]:
    """Each label against all others.

    Args:
        names: The labels.
        scores: float32[clips, labels].
        truth: int64[clips].
    """
    table = confusion(scores, truth)
    right, are, taken = np.diag(table), table.sum(axis=1), table.sum(axis=0)
    precision = right / np.maximum(taken, 1)
    recall = right / np.maximum(are, 1)
    f1 = 2 * right / np.maximum(taken + are, 1)
    return [
        LabelMetrics(
            name=name,
            clips=int(are[index]),
            precision=float(precision[index]),
            recall=float(recall[index]),
            f1=float(f1[index]),
            roc_auc=_area(roc_auc_score, truth == index, scores[:, index]),
            average_precision=_area(average_precision_score, truth == index, scores[:, index]),
        )
        for index, name in enumerate(names)
    ]


def _area(
    measure: Callable[[NDArray[np.bool_], Scores], float], are: NDArray[np.bool_], scores: Scores
) -> float:
    return float(measure(are, scores)) if 0 < are.sum() < len(are) else 0.0


def reliability(scores: Scores, truth: Truth) -> list[ReliabilityBin]:
    """Bins of equal width of the highest score, the empty ones left out.

    Args:
        scores: float32[windows, labels].
        truth: int64[windows].
    """
    highest, right = scores.max(axis=1), scores.argmax(axis=1) == truth
    places = np.minimum((highest * RELIABILITY_BINS).astype(int), RELIABILITY_BINS - 1)
    return [
        ReliabilityBin(
            windows=int(here.sum()),
            score=float(highest[here].mean()),
            right=float(right[here].mean()),
        )
        for here in (places == place for place in range(RELIABILITY_BINS))
        if here.any()
    ]


def calibration_error(bins: list[ReliabilityBin]) -> float:
    """Expected calibration error: how far scores and shares of right ones lie apart on average.

    Naeini, Cooper and Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian
    Binning", AAAI 2015.
    """
    windows = sum(one.windows for one in bins)
    return sum(one.windows * abs(one.score - one.right) for one in bins) / windows
