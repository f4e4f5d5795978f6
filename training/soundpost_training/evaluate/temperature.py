"""One number that makes scores mean what they say: Guo et al., "On Calibration", ICML 2017."""

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]

CANDIDATES = np.linspace(0.2, 5.0, 481).round(2)
"""Temperatures in steps of a hundredth."""

COARSELY = 20
"""The surprise over temperatures has one valley: it is looked for in such steps, then in it."""

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


def fit_temperature(scores: Scores, truth: NDArray[np.int64], quiet: Scores) -> float:
    """The candidate at which the truth is least surprising (smallest mean cross-entropy).

    Silence and faint noise have no label, so there the truth is that all labels are alike:
    labels that are easily told apart would else make the net sure of everything.

    Args:
        scores: float32[n, labels] at temperature 1, of sounds that were not trained on.
        truth: int64[n], the label of each.
        quiet: float32[m, labels] at temperature 1, of silence and faint noise.
    """
    told = np.arange(len(truth)), truth

    def surprise(temperature: float) -> float:
        heard = _surprise(temper(scores, temperature))[told]
        return float(
            np.concatenate((heard, _surprise(temper(quiet, temperature)).mean(axis=1))).mean()
        )

    valley = int(np.argmin([surprise(one) for one in CANDIDATES[::COARSELY]])) * COARSELY
    near = CANDIDATES[max(valley - COARSELY, 0) : valley + COARSELY + 1]
    return float(near[int(np.argmin([surprise(one) for one in near]))])


def _surprise(scores: Scores) -> NDArray[np.float64]:
    surprise: NDArray[np.float64] = -np.log(np.maximum(scores, SMALLEST_SCORE).astype(np.float64))
    return surprise
