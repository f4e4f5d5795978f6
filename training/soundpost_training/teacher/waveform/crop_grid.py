"""The places in clips at which a teacher network has embedded a crop."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

GRID_SECONDS = 0.5
"""Between two crops: a quarter of the usual window, so that no example within a clip is further
than an eighth of a window from the crop that stands for it. Half of it would take twice as long."""


@dataclass(frozen=True, slots=True)
class CropGrid:
    """Crops at equal distances within each clip; the rows of all clips follow each other.

    Training cuts from a circular clip. An example that runs over the end has the whole crop that
    begins nearest to it. A clip that is shorter than a crop is repeated, and has one crop.

    Attributes:
        lengths: int64[clips], frames of each clip.
        frames: Frames of a crop.
        stride: Frames between two crops of a clip.
    """

    lengths: Ints
    frames: int
    stride: int

    @property
    def counts(self) -> Ints:
        """Number of crops of each clip, int64[clips], one at least."""
        return np.maximum(self.lengths - self.frames, 0) // self.stride + 1

    @property
    def firsts(self) -> Ints:
        """The row of each clip's first crop, int64[clips]."""
        return np.cumsum(self.counts) - self.counts

    @property
    def owners(self) -> Ints:
        """The clip of each crop, int64[rows]."""
        return np.repeat(np.arange(len(self.lengths)), self.counts)

    @property
    def starts(self) -> Ints:
        """The frame in its clip at which each crop begins, int64[rows]."""
        owners = self.owners
        return (np.arange(len(owners)) - self.firsts[owners]) * self.stride

    def nearest(self, clips: Ints, starts: NDArray[np.floating] | Ints) -> Ints:
        """Returns the rows of the crops that begin nearest to some frames, int64 of their shape.

        Args:
            clips: Positions of clips.
            starts: Frames in these clips; before the first or past the last, the clip goes on.
        """
        lengths, last = self.lengths[clips], self.counts[clips] - 1
        around = np.asarray(starts) % lengths
        steps = np.minimum(np.rint(around / self.stride).astype(np.int64), last)
        wraps = lengths - around < around - last * self.stride
        rows: Ints = self.firsts[clips] + np.where(wraps, 0, steps)
        return rows
