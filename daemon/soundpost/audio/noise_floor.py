"""The level that a place is never quieter than, as it changes over the day."""

from collections import deque

SPANS = 8
"""The floor's memory is this many spans long, and forgets one span at a time. Martin (2001)
does the same; more spans follow a floor that rises sooner, at the price of more to compare."""

SMOOTHING = 0.9
"""Weight of the past in the smoothed level, ten blocks of 20 ms. In 30 s of white noise the
least block lies 1.2 dB below the mean level, the least smoothed level 0.3 dB."""


class NoiseFloor:
    """The level that a place is never quieter than, as it changes over the day.

    Minimum statistics: the least value of a smoothed level within a memory of fixed length.
    R. Martin, "Noise Power Spectral Density Estimation Based on Optimal Smoothing and Minimum
    Statistics", IEEE Transactions on Speech and Audio Processing 9(5), 2001; here of the level
    as a whole instead of each frequency, with constant smoothing and no bias correction.

    Args:
        memory_blocks: How many levels back the minimum reaches, give or take a span.
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
        """Whether a whole memory's length has been heard."""
        return len(self._past_minima_dbfs) == SPANS

    def update(self, block_dbfs: float) -> float:
        """The floor in dBFS, once the level of one more block is known."""
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
