"""Clip accuracy of folds, and its mean and standard deviation over them."""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost_training.metrics import Figure, accuracy
from soundpost_training.scoring.fold_scores import FoldScores

NOT_MEASURED = math.nan
"""Accuracy in int8 where nothing was quantised. It is left out where it is stored as JSON."""


class FoldAccuracy(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The clip accuracy of one held-out fold, or of all clips by the network of all folds.

    Attributes:
        fold: The held-out fold, None for none.
        int8: Of the quantised model; not a number where there is none.
        real: Of the network in float, or of the baseline.
    """

    fold: int | None
    int8: float = NOT_MEASURED
    real: float

    @property
    def has_int8(self) -> bool:
        """True if a quantised model was measured."""
        return not math.isnan(self.int8)


class Summary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Mean and standard deviation of the clip accuracy over all folds.

    Attributes:
        folds: Of each fold.
        int8_mean: Of the quantised models; not a number where there are none.
        int8_spread: The standard deviation (n - 1), likewise.
        real_mean: In float.
        real_spread: The standard deviation (n - 1) in float.
    """

    folds: list[FoldAccuracy]
    int8_mean: float = NOT_MEASURED
    int8_spread: float = NOT_MEASURED
    real_mean: float
    real_spread: float

    @property
    def has_int8(self) -> bool:
        """True if quantised models were measured."""
        return not math.isnan(self.int8_mean)


def fold_accuracy(fold: int | None, scores: FoldScores) -> FoldAccuracy:
    """Returns the accuracies of one fold among all labels."""
    return accuracy_among(list(range(scores.real.shape[1])), fold, scores)


def accuracy_among(columns: list[int], fold: int | None, scores: FoldScores) -> FoldAccuracy:
    """Returns the accuracies of one fold among some labels.

    Only clips that have one of these labels count, and only the scores of these labels.

    Args:
        columns: Positions of the labels, ascending.
        fold: The held-out fold, None for none.
        scores: Of that fold.
    """
    chosen = np.isin(scores.truth, columns)
    truth = np.searchsorted(columns, scores.truth[chosen])

    def of(windows: NDArray[np.float32]) -> float:
        return accuracy(scores.of_clips(windows)[chosen][:, columns], truth)

    if not len(scores.int8):
        return FoldAccuracy(fold=fold, real=of(scores.real))
    return FoldAccuracy(fold=fold, int8=of(scores.int8), real=of(scores.real))


def summarize(folds: list[FoldAccuracy]) -> Summary:
    """Returns means and standard deviations of the folds' accuracies."""
    real = Figure.over_folds([fold.real for fold in folds])
    if not all(fold.has_int8 for fold in folds):
        return Summary(folds=folds, real_mean=real.mean, real_spread=real.spread)
    int8 = Figure.over_folds([fold.int8 for fold in folds])
    return Summary(
        folds=folds,
        int8_mean=int8.mean,
        int8_spread=int8.spread,
        real_mean=real.mean,
        real_spread=real.spread,
    )
