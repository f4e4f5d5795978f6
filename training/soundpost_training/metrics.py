"""Metrics of scores against ground truth: accuracy, confusion, reliability."""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

Scores = NDArray[np.float32]
Targets = NDArray[np.int64]
"""Ground truth: the index of each clip's or window's label."""

SMALLEST_SCORE = 1e-12
"""Below the scores that int8 logits can give, and above zero, which has no logarithm."""

RELIABILITY_BINS = 15
"""Bins of the calibration error, as in Guo et al., "On Calibration of Modern Neural Networks"."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure over folds: its mean and its standard deviation (n - 1)."""

    mean: float
    spread: float

    @classmethod
    def over_folds(cls, values: list[float]) -> "Figure":
        """Returns the figure of one value per fold; the spread of a single fold is 0."""
        spread = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
        return cls(float(np.mean(values)), spread)


class LabelMetrics(msgspec.Struct, frozen=True, kw_only=True):
    """The metrics of one label against all others; a label without clips has 0 in all of them.

    Attributes:
        name: The label.
        clips: The number of its clips.
        precision: The share of clips with this highest score that have the label.
        recall: The share of its clips that have this highest score.
        f1: The harmonic mean of precision and recall.
        roc_auc: The area under the receiver operating characteristic.
        average_precision: The area under the precision-recall curve.
    """

    name: str
    clips: int
    precision: float
    recall: float
    f1: float
    roc_auc: float
    average_precision: float


class ReliabilityBin(msgspec.Struct, frozen=True, kw_only=True):
    """The windows whose highest score is in one interval.

    Attributes:
        windows: Their number.
        score: The mean of their highest scores.
        right: The share of them whose highest score is their label's.
    """

    windows: int
    score: float
    right: float


def clip_means(scores: Scores, owners: NDArray[np.int64]) -> Scores:
    """Returns a clip's scores: the mean of those of its windows, float32[clips, labels].

    Args:
        scores: float32[windows, labels].
        owners: int64[windows], the clip of each window; each clip has one at least.
    """
    counts = np.bincount(owners)
    sums = np.zeros((len(counts), scores.shape[1]), np.float64)
    np.add.at(sums, owners, scores)
    return (sums / counts[:, None]).astype(np.float32)


def accuracy(scores: Scores, targets: Targets) -> float:
    """Returns the share of clips whose highest score is their label's.

    Args:
        scores: float32[clips, labels].
        targets: int64[clips].
    """
    return float(np.mean(scores.argmax(axis=1) == targets))


def confusion(scores: Scores, targets: Targets) -> NDArray[np.int64]:
    """Returns the counts of true label (row) and highest score (column), int64[labels, labels]."""
    labels = scores.shape[1]
    flat = np.bincount(targets * labels + scores.argmax(axis=1), minlength=labels**2)
    return flat.reshape(labels, labels)


def label_metrics(names: tuple[str, ...], scores: Scores, targets: Targets) -> list[LabelMetrics]:
    """Returns the metrics of each label against all others.

    Args:
        names: The labels.
        scores: float32[clips, labels].
        targets: int64[clips].
    """
    table = confusion(scores, targets)
    correct, actual, predicted = np.diag(table), table.sum(axis=1), table.sum(axis=0)
    precision = correct / np.maximum(predicted, 1)
    recall = correct / np.maximum(actual, 1)
    f1 = 2 * correct / np.maximum(predicted + actual, 1)
    return [
        LabelMetrics(
            name=name,
            clips=int(actual[index]),
            precision=float(precision[index]),
            recall=float(recall[index]),
            f1=float(f1[index]),
            roc_auc=_area(roc_auc_score, targets == index, scores[:, index]),
            average_precision=_area(average_precision_score, targets == index, scores[:, index]),
        )
        for index, name in enumerate(names)
    ]


def _area(
    metric: Callable[[NDArray[np.bool_], Scores], float], actual: NDArray[np.bool_], scores: Scores
) -> float:
    """Returns an area under a curve, or 0 if the label has no clips, or all of them."""
    return float(metric(actual, scores)) if 0 < actual.sum() < len(actual) else 0.0


def reliability(scores: Scores, targets: Targets) -> list[ReliabilityBin]:
    """Returns bins of equal width of the highest score, without empty ones.

    Args:
        scores: float32[windows, labels].
        targets: int64[windows].
    """
    highest, correct = scores.max(axis=1), scores.argmax(axis=1) == targets
    bins = np.minimum((highest * RELIABILITY_BINS).astype(int), RELIABILITY_BINS - 1)
    return [
        ReliabilityBin(
            windows=int(inside.sum()),
            score=float(highest[inside].mean()),
            right=float(correct[inside].mean()),
        )
        for inside in (bins == number for number in range(RELIABILITY_BINS))
        if inside.any()
    ]


def calibration_error(bins: list[ReliabilityBin]) -> float:
    """Returns the expected calibration error: the mean distance of scores from accuracies.

    Naeini, Cooper and Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian
    Binning", AAAI 2015.
    """
    windows = sum(each.windows for each in bins)
    return sum(each.windows * abs(each.score - each.right) for each in bins) / windows
