"""Activation functions that turn logits into scores."""

import numpy as np
from numpy.typing import NDArray

from soundpost.errors import BundleError

ROUNDING = 1e-6
"""By which a model's own sigmoid or softmax in float32 may exceed 0 and 1."""


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Computes scores of labels that exclude each other; they sum to 1 along the last axis.

    Args:
        logits: float64[..., labels], finite. The largest is subtracted first, against overflow.
    """
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    scores: NDArray[np.float64] = powers / powers.sum(axis=-1, keepdims=True)
    return scores


def sigmoid(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Computes scores of labels that may sound together, each in [0, 1].

    Args:
        logits: float64[..., labels], finite. Computed by tanh, which never overflows.
    """
    return 0.5 * (1.0 + np.tanh(0.5 * logits))


def scores_as_given(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns the scores of a model that has its activation inside, within [0, 1].

    Args:
        scores: float64[..., labels], finite.

    Raises:
        BundleError: A score lies outside [0, 1] by more than rounding.
    """
    lowest, highest = float(scores.min()), float(scores.max())
    if lowest < -ROUNDING or highest > 1.0 + ROUNDING:
        raise BundleError(
            f"expected scores from 0 to 1, got {lowest:.4g} to {highest:.4g}",
            hint="the model gives logits: set output.activation to sigmoid or softmax",
        )
    return np.clip(scores, 0.0, 1.0)
