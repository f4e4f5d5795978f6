"""Temperature scaling of scores: Guo et al., "On Calibration", ICML 2017."""

import numpy as np
from numpy.typing import NDArray

from soundpost_training.metrics import SMALLEST_SCORE

Scores = NDArray[np.float32]

CANDIDATES = np.linspace(0.2, 5.0, 481).round(2)
"""Temperatures in steps of a hundredth."""

COARSE_STEP = 20
"""The cross-entropy has one minimum over temperatures: it is searched in these steps first."""


def temper(scores: Scores, temperature: float) -> Scores:
    """Returns the scores that the same logits give at a temperature, float32[n, labels].

    Args:
        scores: float32[n, labels], softmax at temperature 1. Their logarithms are the logits up
            to a constant, which softmax does not depend on.
        temperature: Below 1 sharpens the scores, above 1 flattens them.
    """
    logits = np.log(np.maximum(scores, SMALLEST_SCORE).astype(np.float64)) / temperature
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    tempered: Scores = (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
    return tempered


def fit_temperature(scores: Scores, truth: NDArray[np.int64], quiet: Scores) -> float:
    """Returns the candidate with the smallest mean cross-entropy.

    Silence and faint noise have no label, so their target is uniform. Without them, labels that
    are easy to distinguish would make every score certain.

    Args:
        scores: float32[n, labels] at temperature 1, of sounds that were not trained on.
        truth: int64[n], the label of each.
        quiet: float32[m, labels] at temperature 1, of silence and faint noise.
    """
    of_truth = np.arange(len(truth)), truth

    def cross_entropy(temperature: float) -> float:
        labelled = _negative_log(temper(scores, temperature))[of_truth]
        unlabelled = _negative_log(temper(quiet, temperature)).mean(axis=1)
        return float(np.concatenate((labelled, unlabelled)).mean())

    coarse = [cross_entropy(temperature) for temperature in CANDIDATES[::COARSE_STEP]]
    nearest = int(np.argmin(coarse)) * COARSE_STEP
    fine = CANDIDATES[max(nearest - COARSE_STEP, 0) : nearest + COARSE_STEP + 1]
    return float(fine[int(np.argmin([cross_entropy(temperature) for temperature in fine]))])


def _negative_log(scores: Scores) -> NDArray[np.float64]:
    negative: NDArray[np.float64] = -np.log(np.maximum(scores, SMALLEST_SCORE).astype(np.float64))
    return negative
