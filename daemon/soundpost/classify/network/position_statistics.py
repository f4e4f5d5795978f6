"""Embeddings of networks that pool positions: statistics of the positions of a window."""

import numpy as np
from numpy.typing import NDArray

from soundpost.classify.runtime import TensorInfo

DEFINITION = "positions-mean-maximum"
"""The name of this definition in the description of a head; another definition has another."""

STATISTICS = ("mean", "maximum")
"""Of each channel over the positions and bands of a window, in the order of an embedding."""


class PositionStatistics:
    """Computes the embeddings of windows from the positions that their network pools.

    An embedding holds the mean of each channel over all positions and bands of the window, then the
    maximum of each. Sums and maxima are calculated in whole numbers of the quantised values, and
    converted once, in float64: equal positions give equal bits, however many windows are computed
    at once.

    Args:
        positions: The tensor, int8[..., positions, bands, channels].

    Attributes:
        size: Values of an embedding.
    """

    def __init__(self, positions: TensorInfo) -> None:
        self._scale, self._zero_point = np.float64(positions.scale), positions.zero_point
        self._channels = positions.shape[-1]
        self.size = len(STATISTICS) * self._channels

    def compute(self, positions: NDArray[np.int8]) -> NDArray[np.float32]:
        """Returns the embeddings of windows, float32[n, size].

        Args:
            positions: int8[n, positions, bands, channels].
        """
        rows = positions.reshape(len(positions), -1, self._channels)
        count = rows.shape[1]
        statistics = np.empty((len(rows), self.size))
        # Sums of int8 are exact in int32 for up to 16 million values.
        statistics[:, : self._channels] = rows.sum(axis=1, dtype=np.int32) / count
        statistics[:, self._channels :] = rows.max(axis=1)
        statistics -= self._zero_point
        statistics *= self._scale
        return statistics.astype(np.float32)
