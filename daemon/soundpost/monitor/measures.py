"""Statistics of each second of sound."""

from dataclasses import dataclass

import numpy as np

from soundpost.audio import FULL_SCALE, Chunk, Pcm, mean_square_dbfs
from soundpost.audio.blocks import Blocks

RAIL = 32_760
"""Samples from here on are clipped: some converters stop a little short of full scale."""


@dataclass(frozen=True, slots=True)
class OneSecondStats:
    """The statistics of one second of sound.

    Attributes:
        is_constant: True if all samples are equal.
        offset: The mean of the samples, as a share of full scale.
        clipped: The share of samples that are clipped.
        level_dbfs: RMS level around the mean; `SILENCE_DBFS` if the samples are constant.
    """

    is_constant: bool
    offset: float
    clipped: float
    level_dbfs: float


def measure(samples: Pcm) -> OneSecondStats:
    """Returns the statistics of int16[n], n at least 1."""
    least, most = int(samples.min()), int(samples.max())
    values = samples.astype(np.float64)
    mean = float(values.sum()) / len(values)
    # Sums of int16 and of their squares are whole numbers that float64 holds exactly.
    mean_square = float(values @ values) / len(values) - mean * mean
    clipped = 0
    if least <= -RAIL or most >= RAIL:
        clipped = int(np.count_nonzero((samples >= RAIL) | (samples <= -RAIL)))
    return OneSecondStats(
        is_constant=least == most,
        offset=mean / FULL_SCALE,
        clipped=clipped / len(samples),
        level_dbfs=mean_square_dbfs(0.0 if least == most else mean_square),
    )


class SecondSplitter:
    """Splits chunks of any size into seconds; a second that a gap interrupts is left out.

    Args:
        sample_rate_hz: Samples in a second.
    """

    def __init__(self, sample_rate_hz: int) -> None:
        self._blocks = Blocks(sample_rate_hz)

    def split(self, chunk: Chunk) -> list[OneSecondStats]:
        """Returns the statistics of the seconds that the chunk completes."""
        return [measure(second) for second in self._blocks.split(chunk)]
