"""Statistics of each second of sound."""

from collections.abc import Sequence

import msgspec
import numpy as np

from soundpost.audio import FULL_SCALE, SILENCE_DBFS, Chunk, Pcm, SourceState, mean_square_dbfs
from soundpost.audio.blocks import Blocks
from soundpost.audio.chunk import sum_of_squares

RAIL = 32_760
"""Samples from here on are clipped: some converters stop a little short of full scale."""


class OneSecondStats(msgspec.Struct, frozen=True):
    """The statistics of one second of sound.

    Attributes:
        is_constant: True if all values that the source delivered are equal.
        offset: The mean of the samples, as a share of full scale.
        clipped: The share of samples that are clipped.
        level_dbfs: RMS level around the mean; `SILENCE_DBFS` if the samples are constant.
        is_antiphase: True if two channels of the source carry one sound with opposite sign.
    """

    is_constant: bool
    offset: float
    clipped: float
    level_dbfs: float
    is_antiphase: bool = False


def measure(samples: Pcm) -> OneSecondStats:
    """Returns the statistics of int16[n], n at least 1."""
    least, most = int(samples.min()), int(samples.max())
    values = samples.astype(np.float64)
    mean = float(values.sum()) / len(values)
    # Sums of int16 and of their squares are whole numbers that float64 holds exactly.
    mean_square = sum_of_squares(values) / len(values) - mean * mean
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
        self._sources: list[SourceState | None] = []

    def split(self, chunk: Chunk) -> list[OneSecondStats]:
        """Returns the statistics of the seconds that the chunk completes."""
        self._sources.append(chunk.source)
        seconds = [
            with_source(measure(second), self._sources) for second in self._blocks.split(chunk)
        ]
        if seconds:
            self._sources = [chunk.source]
        return seconds


def with_source(stats: OneSecondStats, sources: Sequence[SourceState | None]) -> OneSecondStats:
    """Returns the statistics with the states of the source, of which some may be unknown."""
    known = [source for source in sources if source is not None]
    if not known:
        return stats
    constants = {source.constant for source in known}
    constant = constants.pop() if len(constants) == 1 else None
    return msgspec.structs.replace(
        stats,
        is_constant=constant is not None,
        offset=stats.offset if constant is None else constant,
        level_dbfs=stats.level_dbfs if constant is None else SILENCE_DBFS,
        is_antiphase=known[-1].is_antiphase,  # it has a memory of its own
    )
