"""What is measured of each second of sound."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from soundpost.audio import FULL_SCALE, Chunk, Pcm, mean_square_dbfs

RAIL = 32_760
"""From here on a sample is clipped: some converters stop a little short of full scale."""


@dataclass(frozen=True, slots=True)
class OneSecondStats:
    """A second of sound.

    Attributes:
        is_constant: Whether all samples are equal.
        offset: Their mean, as a share of full scale.
        clipped: The share of them that are clipped.
        level_dbfs: RMS level around the mean; `SILENCE_DBFS` if they are constant.
    """

    is_constant: bool
    offset: float
    clipped: float
    level_dbfs: float


def measure(samples: Pcm) -> OneSecondStats:
    """The measures of int16[n], n at least 1."""
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
    """Cuts chunks into seconds, whatever their size; one that a gap interrupts is left out.

    Args:
        sample_rate_hz: Samples in a second.
    """

    def __init__(self, sample_rate_hz: int) -> None:
        self._sample_rate_hz = sample_rate_hz
        self._pieces: list[Pcm] = []
        self._held_samples = 0
        self._end_sample = 0

    def cut(self, chunk: Chunk) -> Iterator[OneSecondStats]:
        """The seconds that the chunk completes."""
        if chunk.start_sample != self._end_sample:
            self._pieces.clear()
            self._held_samples = 0
        # A copy, for the source may use its buffer again.
        self._pieces.append(chunk.samples.copy())
        self._held_samples += len(chunk.samples)
        self._end_sample = chunk.end_sample
        if self._held_samples < self._sample_rate_hz:
            return
        samples = np.concatenate(self._pieces)
        whole_samples = len(samples) - len(samples) % self._sample_rate_hz
        for second in samples[:whole_samples].reshape(-1, self._sample_rate_hz):
            yield measure(second)
        self._pieces = [samples[whole_samples:]]
        self._held_samples -= whole_samples
