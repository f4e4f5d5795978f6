"""What several teachers say together: an ensemble, each with an equal say."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from soundpost.classify.activation import softmax

Blend = Literal["scores", "logits"]

AT_ONCE = 4096
"""Examples: what is told of all of them is small, what is said of them is not."""


def blended(
    said: Sequence[NDArray[np.floating]], temperature: float, blend: Blend
) -> NDArray[np.float32]:
    """The scores of an ensemble, float32[n, labels].

    Args:
        said: The logits of each teacher, float[n, heads, labels]; its heads have equal shares.
        temperature: What logits are divided by.
        blend: `scores` takes the mean of what each thinks likely, a mixture; `logits` the mean of
            what moves each to it, a product (Hinton, Vinyals and Dean, 2015).
    """
    parts = range(0, len(said[0]), AT_ONCE)
    told = [_told([one[at : at + AT_ONCE] for one in said], temperature, blend) for at in parts]
    return np.concatenate(told).astype(np.float32)


def _told(
    said: list[NDArray[np.floating]], temperature: float, blend: Blend
) -> NDArray[np.float64]:
    softened = [one.astype(np.float64) / temperature for one in said]
    if blend == "scores":
        softened = [softmax(one) for one in softened]
    together: NDArray[np.float64] = np.mean([one.mean(axis=1) for one in softened], axis=0)
    return together if blend == "scores" else softmax(together)
