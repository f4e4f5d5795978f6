"""Embeddings of networks that pool positions: statistics of the positions of a window."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from soundpost.classify.runtime import TensorInfo

Positions = NDArray[np.int8]

MEAN, MAXIMUM, PEAK = "mean", "maximum", "peak"
"""Of each channel over the positions and bands of a window. The peak is the highest mean of a step:
it tells a short sound from a lasting one, which may have the same mean and the same maximum."""


class WindowPositions(msgspec.Struct, frozen=True):
    """The embedding of a window as the positions that it is computed from.

    Two arrays that the network makes anyway, so that a window whose embedding nothing needs costs
    next to nothing.

    Attributes:
        statistics: Computes it.
        before: int8[1, positions, bands, channels], the positions of the window but the new ones.
            It is the same object as `latest` of the window before.
        latest: The same of the next window: those of this one but the oldest.
    """

    statistics: "PositionStatistics"
    before: Positions
    latest: Positions

    def values(self) -> NDArray[np.float32]:
        """Returns float32[size]."""
        return self.statistics.compute_one(self)


class PositionStatistics:
    """Computes the embeddings of windows from the positions that their network pools.

    An embedding holds the mean of each channel over all positions and bands of the window, then the
    maximum of each, or other statistics. Sums and maxima are of the quantised values, whole numbers
    that float32 holds exactly in any order, and each value is converted once: equal positions give
    equal bits, however many windows are computed at once.

    Args:
        positions: The tensor of the latest positions, int8[1, positions, bands, channels], which
            has those of a window but the new ones.
        new_positions: Positions that are new in a window, at most as many as the tensor has.
        statistics: Names of statistics, in the order of an embedding, with the mean. The peak is of
            windows that have the positions of whole steps.

    Attributes:
        size: Values of an embedding.
    """

    def __init__(
        self,
        positions: TensorInfo,
        new_positions: int,
        statistics: Sequence[str] = (MEAN, MAXIMUM),
    ) -> None:
        self._kept, bands, channels = positions.shape[-3:]
        self._new_positions = new_positions
        self._window_positions = self._kept + new_positions
        row_count, step_rows = self._window_positions * bands, new_positions * bands
        self._names = tuple(statistics)
        self.size = len(self._names) * channels
        summed = {MEAN: row_count, MAXIMUM: 1, PEAK: step_rows}
        counts = np.repeat([summed[name] for name in self._names], channels)
        self._factors = (positions.scale / counts).astype(np.float32)
        self._offsets = (positions.zero_point * counts).astype(np.float32)
        # Of one window: its positions as rows, and views of them and of its statistics, because
        # taking a view costs half as much as the arithmetic.
        self._rows = np.empty((row_count, channels), np.float32)
        self._positions = self._rows.reshape(self._window_positions, bands, channels)
        self._ones = np.ones(row_count, np.float32)
        self._statistics = np.empty(self.size, np.float32)
        self._of = dict(zip(self._names, self._statistics.reshape(-1, channels), strict=True))
        whole = self._rows[: row_count - row_count % step_rows]
        self._steps = whole.reshape(-1, step_rows, channels)
        self._newest = range(self._kept - new_positions, self._kept)
        self._latest: Positions | None = None  # of the window whose positions the rows have
        self._oldest = 0  # of them

    def compute_one(self, window: WindowPositions) -> NDArray[np.float32]:
        """Returns the embedding of a window, float32[size].

        One that follows the window of the call before has its new positions converted alone.
        """
        latest = window.latest
        if window.before is not self._latest:
            self._positions[: self._kept] = window.before[0]
            self._oldest = self._kept
        self._latest = latest
        for number in self._newest:  # the order of the rows has no effect on a statistic
            self._positions[self._oldest] = latest[0, number]
            self._oldest = (self._oldest + 1) % self._window_positions
        rows, statistics, of = self._rows, self._statistics, self._of
        self._ones.dot(rows, of[MEAN])
        if MAXIMUM in of:
            np.maximum.reduce(rows, 0, out=of[MAXIMUM])
        if PEAK in of:
            np.maximum.reduce(np.add.reduce(self._steps, 1), 0, out=of[PEAK])
        np.subtract(statistics, self._offsets, statistics)
        return statistics * self._factors

    def compute(self, windows: Sequence[WindowPositions]) -> NDArray[np.float32]:
        """Returns the embeddings of windows, float32[n, size].

        Those that follow each other share their positions, of which each is converted once.

        Args:
            windows: In any order; at least one.
        """
        embeddings = np.empty((len(windows), self.size), np.float32)
        start = 0
        for end in range(1, len(windows) + 1):
            if end == len(windows) or windows[end].before is not windows[end - 1].latest:
                self._compute_successive(windows[start:end], embeddings[start:end])
                start = end
        return embeddings

    def _compute_successive(
        self, windows: Sequence[WindowPositions], embeddings: NDArray[np.float32]
    ) -> None:
        """Fills the embeddings of windows of which each follows the one before."""
        new = [each.latest[0, -self._new_positions :] for each in windows]
        rows = np.concatenate((windows[0].before[0], *new))
        of = dict(zip(self._names, np.split(embeddings, len(self._names), axis=1), strict=True))
        # Array by array: a reduction over an axis within takes several times as long.
        sums = _combined(np.add, np.moveaxis(rows.astype(np.float32), 1, 0))
        of[MEAN][:] = _combined(np.add, self._of_windows(sums, len(windows)))
        if MAXIMUM in of:
            maxima = _combined(np.maximum, np.moveaxis(rows, 1, 0))
            of[MAXIMUM][:] = _combined(np.maximum, self._of_windows(maxima, len(windows)))
        if PEAK in of:
            steps = [sums[at :: self._new_positions] for at in range(self._new_positions)]
            of_steps = _combined(np.add, steps)
            of[PEAK][:] = sliding_window_view(of_steps, len(self._steps), axis=0).max(axis=-1)
        np.subtract(embeddings, self._offsets, out=embeddings)
        np.multiply(embeddings, self._factors, out=embeddings)

    def _of_windows(self, of_positions: NDArray[Any], count: int) -> list[NDArray[Any]]:
        """Returns the values of the first, second … position of each window, as views.

        Args:
            of_positions: dtype[positions, channels] of successive windows.
            count: Of the windows.
        """
        span = self._new_positions * (count - 1) + 1
        return [
            of_positions[at : at + span : self._new_positions]
            for at in range(self._window_positions)
        ]


def _combined(combine: np.ufunc, arrays: Iterable[NDArray[Any]]) -> NDArray[Any]:
    """Returns arrays of one shape as one, value by value."""
    first, *others = arrays
    combined = first.copy()
    for each in others:
        combine(combined, each, out=combined)
    return combined
