"""What int8 costs: each label's recall before and after, and how far the logits turn."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost_training.scoring.scoring import FoldScores

SMALLEST_SCORE = 1e-12


class LabelDelta(msgspec.Struct, frozen=True, kw_only=True):
    """One label in int8 and in float, over the clips of all folds.

    Attributes:
        name: The label.
        int8_recall: Share of its clips that the int8 models take for it.
        float_recall: Share that the networks took for it before.
        agreement: Share of its clips of which both say the same, right or wrong.
        logit_cosine: Mean cosine of the angle between int8 and float logits of its windows.
    """

    name: str
    int8_recall: float
    float_recall: float
    agreement: float
    logit_cosine: float


def label_deltas(names: tuple[str, ...], folds: list[FoldScores]) -> list[LabelDelta]:
    """What int8 costs each label; one without clips has 0 throughout."""
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
            int8_recall=_share(int8[truth == index] == index),
            float_recall=_share(real[truth == index] == index),
            agreement=_share(int8[truth == index] == real[truth == index]),
            logit_cosine=_share(cosines[of_windows == index]),
        )
        for index, name in enumerate(names)
    ]


def cosine(int8: NDArray[np.float32], real: NDArray[np.float32]) -> NDArray[np.float64]:
    """Of the angle between the logits of each window, float64[windows].

    Logarithms of scores are logits but for a constant, which centring takes off both.
    """
    logits = [
        np.log(np.maximum(scores, SMALLEST_SCORE).astype(np.float64)) for scores in (int8, real)
    ]
    one, two = (values - values.mean(axis=1, keepdims=True) for values in logits)
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(two, axis=1)
    angles: NDArray[np.float64] = (one * two).sum(axis=1) / np.maximum(lengths, SMALLEST_SCORE)
    return angles


def _share(values: NDArray[np.bool_] | NDArray[np.float64]) -> float:
    return float(values.mean()) if len(values) else 0.0
