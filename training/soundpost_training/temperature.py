"""One number that makes scores mean what they say: Guo et al., "On Calibration", ICML 2017."""

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]

CANDIDATES = np.linspace(0.2, 5.0, 481).round(2)
"""Temperatures in steps of a hundredth."""

SMALLEST_SCORE = 1e-12
"""Below what int8 logits can say, and above where a logarithm ends."""


def temper(scores: Scores, temperature: float) -> Scores:
    """The scores that the same logits give at a temperature, float32[n, labels].

    Args:
        scores: float32[n, labels], softmax at temperature 1; their logarithms are the logits but
            for a constant, which softmax does not see.
        temperature: Below 1 makes the net surer, above 1 less sure.
    """
    logits = np.log(np.maximum(scores, SMALLEST_SCORE).astype(np.float64)) / temperature
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    tempered: Scores = (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
    return tempered


def fit_temperature(scores: Scores, truth: NDArray[np.int64]) -> float:
    """The candidate at which the truth is least surprising (smallest mean cross-entropy).

    Args:
        scores: float32[n, labels] at temperature 1, of sounds that were not trained on.
        truth: int64[n], the label of each.
    """
    told = np.arange(len(truth)), truth
    surprise = [
        -np.log(np.maximum(temper(scores, candidate)[told], SMALLEST_SCORE)).mean()
        for candidate in CANDIDATES
    ]
    return float(CANDIDATES[int(np.argmin(surprise))])
