"""Statistics of the rows that steps compute: of each step once, then of a window's steps."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int8]
Statistics = NDArray[np.float32]
States = Mapping[str, NDArray[Any]]
"""What a step gives, by name."""


class StepRows(msgspec.Struct, frozen=True):
    """The rows of a tensor that are new in each step.

    Attributes:
        name: The name of the tensor, int8[1, rows, bands, channels]; the last rows are new.
        count: New rows, each band on its own.
        channels: Values of a row.
        scale: Of the tensor.
        zero_point: Of the tensor.
    """

    name: str
    count: int
    channels: int
    scale: float
    zero_point: int

    def of(self, step: States) -> Rows:
        """Returns the new rows of a step, int8[count, channels]."""
        rows: Rows = step[self.name].reshape(-1, self.channels)[-self.count :]
        return rows

    def of_all(self, steps: Sequence[States]) -> Rows:
        """Returns the new rows of steps side by side, int8[count, steps * channels]."""
        tensors = np.concatenate([step[self.name] for step in steps])
        rows = tensors.reshape(len(steps), -1, self.channels)[:, -self.count :]
        return rows.transpose(1, 0, 2).reshape(self.count, -1)


class StepStatistics:
    """Computes sum and maximum of each channel over the new rows of steps, and of windows.

    They are of quantised values: whole numbers that float32 holds exactly, so that sums are the
    same bits in any order.

    Args:
        tensors: Whose rows; their channels stand side by side.
        steps: Steps of a window.
        has_peaks: False to leave out the largest sums of a step.

    Attributes:
        channels: Of all tensors.
    """

    def __init__(self, tensors: Sequence[StepRows], steps: int, *, has_peaks: bool) -> None:
        self.channels = sum(each.channels for each in tensors)
        self._tensors = tensors
        # Of the latest steps, in the order of a ring. One array for both, because a call of numpy
        # on a few hundred values costs more than its arithmetic.
        self._latest = np.zeros((steps, 2 * self.channels), np.float32)
        maxima, self._sums = np.split(self._latest, 2, axis=1)
        self._compared = self._latest if has_peaks else maxima
        columns = _columns(tensors)
        self._places = [
            [(self._sums[at, place], maxima[at, place]) for place in columns] for at in range(steps)
        ]
        self._oldest = 0
        self._of_steps = np.ones(steps, np.float32)
        # A product with a float32 copy takes a fraction of the time of a sum of int8.
        self._copies = [np.empty((each.count, each.channels), np.float32) for each in tensors]
        self._of_rows = [np.ones(each.count, np.float32) for each in tensors]

    def add(self, step: States) -> None:
        """Replaces the oldest of the latest steps by the next one."""
        places = self._places[self._oldest]
        self._oldest = (self._oldest + 1) % len(self._places)
        for tensor, copy, ones, (sums, maxima) in zip(
            self._tensors, self._copies, self._of_rows, places, strict=True
        ):
            copy[...] = tensor.of(step)
            ones.dot(copy, sums)
            np.maximum.reduce(copy, 0, out=maxima)

    def put_sums(self, sums: Statistics) -> None:
        """Writes the sums of the window of the latest steps, float32[channels]."""
        self._of_steps.dot(self._sums, sums)

    def put_largest(self, largest: Statistics) -> None:
        """Writes the maxima of the same window, then its largest sums of a step.

        Args:
            largest: Takes them, float32[2 * channels], or the maxima alone, float32[channels].
        """
        np.maximum.reduce(self._compared, 0, out=largest)

    def windows(self, steps: Sequence[States]) -> tuple[Statistics, Statistics]:
        """Returns the same of all windows of successive steps, in less time than one by one.

        Args:
            steps: As many as a window has, and one more for each window after the first.

        Returns:
            The sums, float32[windows, channels], and the largest, as many values as of one.
        """
        rows = [tensor.of_all(steps) for tensor in self._tensors]
        sums = [
            ones.dot(each.astype(np.float32))
            for ones, each in zip(self._of_rows, rows, strict=True)
        ]
        maxima = [np.maximum.reduce(each, 0) for each in rows]
        none = np.empty((len(steps), 0), np.float32)  # a network may have no further tensor
        of_steps, of_maxima = (
            np.concatenate([none, *(each.reshape(len(steps), -1) for each in values)], axis=1)
            for values in (sums, maxima)
        )
        largest = np.concatenate((of_maxima, of_steps), axis=1)
        windows = len(steps) - len(self._places) + 1
        return (
            _combined(np.add, of_steps, windows),
            _combined(np.maximum, largest[:, : self._compared.shape[1]], windows),
        )


def _combined(combine: np.ufunc, of_steps: Statistics, windows: int) -> Statistics:
    """Returns the values of each window, combined over its steps.

    Args:
        combine: Of two arrays.
        of_steps: float32[steps, values] of successive steps.
        windows: The number of windows.
    """
    combined = of_steps[:windows].copy()
    for first in range(1, len(of_steps) - windows + 1):
        combine(combined, of_steps[first : first + windows], out=combined)
    return combined


def _columns(tensors: Sequence[StepRows]) -> list[slice]:
    """Returns the columns of each tensor."""
    ends = np.cumsum([each.channels for each in tensors]).tolist()
    return [slice(end - each.channels, end) for each, end in zip(tensors, ends, strict=True)]
