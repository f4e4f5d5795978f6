"""The chunk, in which sources deliver sound, and its level."""

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

FULL_SCALE = 32768
"""One past the largest int16 sample: the divisor that maps PCM to [-1, 1)."""

SILENCE_DBFS = -120.0
"""Level of digital silence, and the lowest that `level_dbfs` returns; a steady signal of one
int16 step is at -90.3."""

NANOSECONDS = 1_000_000_000

Pcm = NDArray[np.int16]


class SourceState(msgspec.Struct, frozen=True):
    """The state of a source before its samples were mixed, resampled and rounded.

    Attributes:
        constant: The value, full scale at 1.0, if the source delivered no other one; else None. The
            samples do not show it: noise of a 24-bit converter can be below half a step of int16,
            and a filter swings before it settles on a stuck value.
        is_antiphase: True while two channels carry one sound with opposite sign.
    """

    constant: float | None
    is_antiphase: bool


class Chunk(msgspec.Struct, frozen=True):
    """A stretch of mono PCM, of the size that the source delivered.

    Attributes:
        start_sample: Position of the first sample, counted from the start of capture. A chunk
            that does not start where the last one ended follows a gap.
        samples: int16[n], n at least 1, at the model's sample rate.
        utc_ns: Capture time of the first sample, in nanoseconds since 1970 UTC. This is the
            only place where wall time enters.
        source: The state of its source; None if the samples are all there is.
    """

    start_sample: int
    samples: Pcm
    utc_ns: int
    source: SourceState | None = None

    @property
    def end_sample(self) -> int:
        """One past the last sample."""
        return self.start_sample + len(self.samples)


def samples_to_ns(samples: int, sample_rate_hz: int) -> int:
    """Returns the duration of a number of samples, in whole nanoseconds (exact at 16 kHz)."""
    return samples * NANOSECONDS // sample_rate_hz


def level_dbfs(samples: Pcm) -> float:
    """Returns the RMS level relative to a full-scale square wave; a full-scale sine is at -3.0.

    Args:
        samples: int16[n]. An empty array, or only zeros, give `SILENCE_DBFS`.
    """
    if not len(samples):
        return SILENCE_DBFS
    return mean_square_dbfs(sum_of_squares(samples.astype(np.float64)) / len(samples))


def sum_of_squares(values: NDArray[np.float64]) -> float:
    """Returns the energy of float64[n]; exact for int16, whatever the order of the sum.

    Without BLAS, which may compute long vectors with several threads: on a machine whose cores are
    busy they can wait for each other.
    """
    return float(np.square(values).sum())


def mean_square_dbfs(mean_square: float) -> float:
    """Converts a mean square of int16 samples to a level, at least `SILENCE_DBFS`."""
    if mean_square <= 0.0:
        return SILENCE_DBFS
    return max(SILENCE_DBFS, 10.0 * math.log10(mean_square / FULL_SCALE**2))
