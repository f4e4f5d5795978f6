"""Measures RMS level, peak and noise floor."""

from collections import deque

import numpy as np

from soundpost.audio import FULL_SCALE, SILENCE_DBFS, Chunk, Pcm, level_dbfs
from soundpost.audio.blocks import Blocks
from soundpost.audio.noise_floor import NoiseFloor
from soundpost.gate.gate import BLOCK_MS

LEVEL_BLOCKS = 6
"""The level is that of the last 120 ms: a click does not dominate it, and it looks immediate."""
HOLD_BLOCKS = 100
"""A peak is held for two seconds."""


class LevelMeter:
    """Measures the level in blocks of 20 ms, whatever the size of the chunks.

    Args:
        sample_rate_hz: The rate of the chunks.
        floor_seconds: Length of the noise floor's memory.

    Attributes:
        peak_dbfs: The largest sample of the last two seconds.
        floor_dbfs: The noise floor, see `soundpost.audio.noise_floor`.
    """

    def __init__(self, sample_rate_hz: int, floor_seconds: float) -> None:
        self._blocks = Blocks(sample_rate_hz * BLOCK_MS // 1000)
        self._recent: deque[Pcm] = deque(maxlen=LEVEL_BLOCKS)
        self._peaks: deque[int] = deque(maxlen=HOLD_BLOCKS)
        self._floor = NoiseFloor(round(floor_seconds * 1000 / BLOCK_MS))
        self.peak_dbfs = self.floor_dbfs = SILENCE_DBFS

    @property
    def level_dbfs(self) -> float:
        """The RMS level of the last 120 ms."""
        return level_dbfs(np.concatenate(self._recent)) if self._recent else SILENCE_DBFS

    def on_chunk(self, chunk: Chunk) -> None:
        """Measures the blocks that the chunk completes."""
        for block in self._blocks.split(chunk):
            self._recent.append(block)
            self._peaks.append(int(np.abs(block.astype(np.int32)).max()))
            self.floor_dbfs = self._floor.update(level_dbfs(block))
        if self._peaks:
            self.peak_dbfs = _peak_dbfs(max(self._peaks))

    def reset(self) -> None:
        """Falls to silence, because no sound comes; the noise floor stays."""
        self._recent.clear()
        self._peaks.clear()
        self.peak_dbfs = SILENCE_DBFS


def _peak_dbfs(peak: int) -> float:
    return max(SILENCE_DBFS, 20.0 * float(np.log10(peak / FULL_SCALE))) if peak else SILENCE_DBFS
