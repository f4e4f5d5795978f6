"""The noise floor: the level that a place does not fall below, followed over the day."""

from collections import deque

SPANS = 8
"""Spans in the floor's memory, which drops one span at a time, as in Martin (2001). With more
spans a rising floor is followed sooner, at the cost of more comparisons."""

SMOOTHING = 0.9
"""Weight of the past in the smoothed level, ten blocks of 20 ms. In 30 s of white noise the
quietest block is 1.2 dB below the mean level, the lowest smoothed level 0.3 dB."""


class NoiseFloor:
    """Tracks the noise floor: the minimum of a smoothed level over a memory of fixed length.

    Minimum statistics:
    R. Martin, "Noise Power Spectral Density Estimation Based on Optimal Smoothing and Minimum
    Statistics", IEEE Transactions on Speech and Audio Processing 9(5), 2001; here for the level
    as a whole instead of each frequency, with constant smoothing and no bias correction.

    Args:
        memory_blocks: Number of past levels in the minimum, within a span.
        smoothing: Weight of the past in the smoothed level.
    """

    def __init__(self, memory_blocks: int, smoothing: float = SMOOTHING) -> None:
        self._smoothing = smoothing
        self._span_blocks = max(1, memory_blocks // SPANS)
        self._past_minima_dbfs: deque[float] = deque(maxlen=SPANS)
        self._smoothed_dbfs: float | None = None
        self._minimum_dbfs = 0.0
        self._blocks = 0

    @property
    def is_known(self) -> bool:
        """True once levels of a whole memory's length were given."""
        return len(self._past_minima_dbfs) == SPANS

    def update(self, block_dbfs: float) -> float:
        """Adds the level of a block; returns the floor in dBFS."""
        if self._smoothed_dbfs is None:
            self._smoothed_dbfs = block_dbfs
        self._smoothed_dbfs += (1.0 - self._smoothing) * (block_dbfs - self._smoothed_dbfs)
        self._minimum_dbfs = min(self._minimum_dbfs, self._smoothed_dbfs)
        self._blocks += 1
        if self._blocks == self._span_blocks:
            self._past_minima_dbfs.append(self._minimum_dbfs)
            self._minimum_dbfs = self._smoothed_dbfs
            self._blocks = 0
        return min(self._minimum_dbfs, *self._past_minima_dbfs, 0.0)
