"""Compares int8 with float: recall of each label, agreement, and the angle between logits."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost_training.metrics import SMALLEST_SCORE
from soundpost_training.scoring.fold_scores import FoldScores


class LabelDelta(msgspec.Struct, frozen=True, kw_only=True):
    """One label in int8 and in float, over the clips of all folds.

    Attributes:
        name: The label.
        int8_recall: Share of its clips that the int8 models recognise.
        float_recall: Share of its clips that the networks recognise in float.
        agreement: Share of its clips to which both give the same label, right or wrong.
        logit_cosine: Mean cosine of the angle between int8 and float logits of its windows.
    """

    name: str
    int8_recall: float
    float_recall: float
    agreement: float
    logit_cosine: float


def label_deltas(names: tuple[str, ...], folds: list[FoldScores]) -> list[LabelDelta]:
    """Returns the comparison of each label; a label without clips has 0 throughout."""
    truth = np.concatenate([fold.truth for fold in folds])
    int8, real = (
        np.concatenate([fold.of_clips(scores).argmax(axis=1) for fold, scores in pairs])
        for pairs in (
            [(fold, fold.int8) for fold in folds],
            [(fold, fold.real) for fold in folds],
        )
    )
    cosines = np.concatenate([cosine(fold.int8, fold.real) for fold in folds])
    of_windows = np.concatenate([fold.truth[fold.owners] for fold in folds])
    return [
        LabelDelta(
            name=name,
            int8_recall=_mean(int8[truth == index] == index),
            float_recall=_mean(real[truth == index] == index),
            agreement=_mean(int8[truth == index] == real[truth == index]),
            logit_cosine=_mean(cosines[of_windows == index]),
        )
        for index, name in enumerate(names)
    ]


def cosine(int8: NDArray[np.float32], real: NDArray[np.float32]) -> NDArray[np.float64]:
    """Returns the cosine of the angle between the logits of each window, float64[windows].

    Logarithms of scores are logits up to a constant, which centring removes.
    """
    logits = [
        np.log(np.maximum(scores, SMALLEST_SCORE).astype(np.float64)) for scores in (int8, real)
    ]
    first, second = (values - values.mean(axis=1, keepdims=True) for values in logits)
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    products = (first * second).sum(axis=1)
    cosines: NDArray[np.float64] = products / np.maximum(lengths, SMALLEST_SCORE)
    return cosines


def _mean(values: NDArray[np.bool_] | NDArray[np.float64]) -> float:
    return float(values.mean()) if len(values) else 0.0
