"""Scores of an ensemble of teachers, each with an equal weight."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from soundpost.classify.activation import softmax

Blend = Literal["scores", "logits"]

BATCH = 4096
"""Examples at once, to bound memory: float64 copies of all teachers' logits would be large."""


def ensemble_scores(
    logits: Sequence[NDArray[np.floating]], temperature: float, blend: Blend
) -> NDArray[np.float32]:
    """Returns the scores of an ensemble, float32[n, labels].

    Args:
        logits: Of each teacher, float[n, heads, labels]; the heads of a teacher have equal shares.
        temperature: What logits are divided by.
        blend: `scores` takes the mean of the scores, a mixture of experts; `logits` the mean of
            the logits, a product of experts (Hinton, Vinyals and Dean, 2015).
    """
    firsts = range(0, len(logits[0]), BATCH)
    parts = [
        _blended([teacher[first : first + BATCH] for teacher in logits], temperature, blend)
        for first in firsts
    ]
    return np.concatenate(parts).astype(np.float32)


def _blended(
    logits: list[NDArray[np.floating]], temperature: float, blend: Blend
) -> NDArray[np.float64]:
    softened = [teacher.astype(np.float64) / temperature for teacher in logits]
    if blend == "scores":
        softened = [softmax(teacher) for teacher in softened]
    mean: NDArray[np.float64] = np.mean([teacher.mean(axis=1) for teacher in softened], axis=0)
    return mean if blend == "scores" else softmax(mean)
