"""Embeddings of many windows at once, and those that a model gives as an output."""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost.classify.network.state_statistics import WindowStates
from soundpost.events import Embedding


class OutputEmbedding(msgspec.Struct, frozen=True):
    """An embedding that is an output of the model.

    Attributes:
        output: float32[size], its real values.
    """

    output: NDArray[np.float32]

    def values(self) -> NDArray[np.float32]:
        """Returns float32[size]."""
        return self.output


def embeddings_of(windows: Sequence[Embedding]) -> NDArray[np.float32]:
    """Returns the embeddings of windows of one model, float32[n, size].

    They have the same bits as those of each window alone. Of a network that computes each frame
    once, many successive windows take a fraction of the time that they take alone.

    Args:
        windows: Their embeddings; at least one.
    """
    states = [each for each in windows if isinstance(each, WindowStates)]
    if len(states) == len(windows):
        return states[0].statistics.compute_all(states)
    return np.stack([each.values() for each in windows])
