"""Activation functions that turn logits into scores."""

import numpy as np
from numpy.typing import NDArray


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
