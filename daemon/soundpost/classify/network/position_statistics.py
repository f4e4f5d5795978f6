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
    maximum of each. Sums and maxima are of the quantised values, whole numbers that float32 holds
    exactly in any order, and each value is converted once: equal positions give equal bits, however
    many windows are computed at once.

    Args:
        positions: The tensor, int8[..., positions, bands, channels].
        window_positions: Positions of a window.

    Attributes:
        size: Values of an embedding.
    """

    def __init__(self, positions: TensorInfo, window_positions: int) -> None:
        bands, self._channels = positions.shape[-2:]
        self._row_count = window_positions * bands
        self.size = len(STATISTICS) * self._channels
        self._ones = np.ones(self._row_count, np.float32)
        per_step = np.repeat([1.0 / self._row_count, 1.0], self._channels)
        self._factors = (positions.scale * per_step).astype(np.float32)
        self._offset = np.float32(-positions.scale * positions.zero_point)
        self._rows = np.empty((self._row_count, self._channels), np.float32)

    def compute(self, positions: NDArray[np.int8]) -> NDArray[np.float32]:
        """Returns the embeddings of windows, float32[n, size].

        Args:
            positions: int8[n, positions, bands, channels].
        """
        rows = positions.reshape(len(positions), self._row_count, self._channels)
        embeddings = np.empty((len(rows), self.size), np.float32)
        for embedding, of_window in zip(embeddings, rows, strict=True):
            self._rows[:] = of_window
            self._convert(embedding)
        return embeddings

    def compute_one(
        self, oldest: NDArray[np.int8], others: NDArray[np.int8]
    ) -> NDArray[np.float32]:
        """Returns the embedding of a window whose positions lie in two arrays, float32[1, size].

        Args:
            oldest: int8[1, n, bands, channels], the first positions of the window.
            others: int8[1, m, bands, channels], those behind them.
        """
        older_rows = oldest.reshape(-1, self._channels)
        self._rows[: len(older_rows)] = older_rows
        self._rows[len(older_rows) :] = others.reshape(-1, self._channels)
        embeddings = np.empty((1, self.size), np.float32)
        self._convert(embeddings[0])
        return embeddings

    def _convert(self, embedding: NDArray[np.float32]) -> None:
        """Fills an embedding from the rows of its window."""
        np.dot(self._ones, self._rows, embedding[: self._channels])
        np.maximum.reduce(self._rows, 0, None, embedding[self._channels :])
        np.multiply(embedding, self._factors, embedding)
        np.add(embedding, self._offset, embedding)
