"""Sound levels of a minute: equivalent, percentile and maximum levels."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soundpost.acoustics.time_weighting import FastWeighting
from soundpost.acoustics.weighting import AWeighting
from soundpost.audio import FULL_SCALE, SILENCE_DBFS, mean_square_dbfs
from soundpost.audio.chunk import sum_of_squares


@dataclass(frozen=True, slots=True)
class Levels:
    """The levels of a stretch in dBFS, at least `SILENCE_DBFS`.

    Attributes:
        leq: The equivalent level without frequency weighting, and without a constant offset.
        laeq: The equivalent level, A-weighted.
        laf10: The A- and F-weighted level that is exceeded for 10 % of the time; None if there is
            no value of it.
        laf50: For 50 %.
        laf90: For 90 %.
        lafmax: The highest A- and F-weighted level.
    """

    leq: float
    laeq: float
    laf10: float | None
    laf50: float | None
    laf90: float | None
    lafmax: float | None


class LevelMeter:
    """Measures the levels of consecutive minutes; filters go on from one into the next.

    Args:
        rate_hz: The sample rate.

    Attributes:
        block_samples: The length of a block.
    """

    def __init__(self, rate_hz: int) -> None:
        self._fast = FastWeighting(rate_hz)
        self._weighting = AWeighting(rate_hz, self._fast.step_samples)
        self.block_samples = self._weighting.block_samples
        self._begin_minute()

    def add(self, block: NDArray[np.int16], *, is_first: bool) -> None:
        """Adds a block of the present minute.

        Args:
            block: int16[n], n from 1 to `block_samples`.
            is_first: Whether it begins a stretch.
        """
        signal = block.astype(np.float64)
        self._samples += len(block)
        self._sum += int(signal.sum())  # float64 has these sums exactly
        self._sum_of_squares += int(sum_of_squares(signal))
        if is_first:
            self._weighting.restart(float(signal.mean()))
        squares = np.square(self._weighting.filter(signal))
        if is_first:
            self._fast.restart(squares)
        self._fast.add(squares)
        self._weighted_sum += float(squares.sum())

    def pop(self) -> Levels:
        """Returns the levels of the minute, which has one sample at least, and begins the next."""
        samples = self._samples
        # Whole numbers, because the square of a large offset would hide a quiet sound in float64.
        variance = samples * self._sum_of_squares - self._sum**2
        fast = _decibels(self._fast.pop_values())
        has_values = len(fast) > 0
        levels = Levels(
            leq=mean_square_dbfs(variance / samples**2),
            laeq=mean_square_dbfs(self._weighted_sum / samples),
            laf10=float(np.quantile(fast, 0.9)) if has_values else None,
            laf50=float(np.quantile(fast, 0.5)) if has_values else None,
            laf90=float(np.quantile(fast, 0.1)) if has_values else None,
            lafmax=float(fast.max()) if has_values else None,
        )
        self._begin_minute()
        return levels

    def _begin_minute(self) -> None:
        self._samples = 0
        self._sum = 0
        self._sum_of_squares = 0
        self._weighted_sum = 0.0


def _decibels(mean_squares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns levels in dBFS of mean squares of int16 samples, at least `SILENCE_DBFS`."""
    lowest = FULL_SCALE**2 * math.pow(10.0, SILENCE_DBFS / 10.0)
    levels: NDArray[np.float64] = 10.0 * np.log10(np.maximum(mean_squares, lowest) / FULL_SCALE**2)
    return levels
