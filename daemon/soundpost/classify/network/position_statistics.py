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
        self._bands, self._channels = positions.shape[-2:]
        self._row_count = window_positions * self._bands
        self.size = len(STATISTICS) * self._channels
        self._zero_point = np.float32(positions.zero_point)
        self._ones = np.ones(self._row_count, np.float32)
        per_step = np.repeat([1.0 / self._row_count, 1.0], self._channels)
        self._factors = (positions.scale * per_step).astype(np.float32)
        self._rows = np.empty((self._row_count, self._channels), np.float32)
        self._next_row = 0

    def compute(self, positions: NDArray[np.int8]) -> NDArray[np.float32]:
        """Returns the embeddings of windows, float32[n, size].

        Args:
            positions: int8[n, positions, bands, channels].
        """
        embeddings = np.empty((len(positions), self.size), np.float32)
        for embedding, of_window in zip(embeddings, positions, strict=True):
            self.begin(of_window)
            self._fill(embedding)
        return embeddings

    def begin(self, positions: NDArray[np.int8]) -> None:
        """Takes the positions of a window, which `advance` goes on from.

        Args:
            positions: int8[positions, bands, channels]; fewer than those of a window are its
                latest ones, and the next ones are to be added before the next embedding.
        """
        self._next_row = 0
        self._add(positions)

    def advance(self, positions: NDArray[np.int8]) -> NDArray[np.float32]:
        """Returns the embedding of the next window, float32[1, size].

        Args:
            positions: int8[n, bands, channels], the positions that the window before did not have;
                they take the place of its oldest ones.
        """
        self._add(positions)
        embeddings = np.empty((1, self.size), np.float32)
        self._fill(embeddings[0])
        return embeddings

    def _add(self, positions: NDArray[np.int8]) -> None:
        """Puts positions in place of the oldest ones; their order has no effect on a statistic."""
        start = self._next_row
        end = start + len(positions) * self._bands
        rows = positions.reshape(-1, self._channels)
        if end > self._row_count:
            split = self._row_count - start
            np.subtract(rows[:split], self._zero_point, self._rows[start:])
            rows, start, end = rows[split:], 0, end - self._row_count
        np.subtract(rows, self._zero_point, self._rows[start:end])
        self._next_row = end % self._row_count

    def _fill(self, embedding: NDArray[np.float32]) -> None:
        """Fills an embedding with the statistics of the rows."""
        np.dot(self._ones, self._rows, embedding[: self._channels])
        np.maximum.reduce(self._rows, 0, out=embedding[self._channels :])
        np.multiply(embedding, self._factors, embedding)
