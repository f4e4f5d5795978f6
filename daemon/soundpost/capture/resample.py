"""From any rate and channel count to what the model hears: mono int16 at one rate."""

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import FULL_SCALE, Pcm


class MonoResampler:
    """Mixes blocks of sound to mono and brings them to another rate.

    The channels are averaged; the rate is changed by libsoxr's linear-phase filter (quality HQ),
    whose delay it makes up for, so that sample k of the result was heard k / `sample_rate_hz`
    after the beginning. The result does not depend on how the sound was cut into blocks, and
    mono int16 already at the rate passes unchanged.

    Args:
        rate_hz: The rate of the blocks.
        sample_rate_hz: The rate of the result.
    """

    def __init__(self, rate_hz: int, sample_rate_hz: int) -> None:
        self._stream = None
        if rate_hz != sample_rate_hz:
            import soxr  # noqa: PLC0415 - only sound at another rate pays for loading it

            self._stream = soxr.ResampleStream(rate_hz, sample_rate_hz, 1, dtype="float32")

    def resample(self, block: NDArray[np.float32]) -> Pcm:
        """What the block completes, int16[n]; n may be 0.

        Args:
            block: float32[frames, channels], full scale at 1.0; what is beyond is clipped.
        """
        return self._convert(block.mean(axis=1, dtype=np.float32), last=False)

    def flush(self) -> Pcm:
        """What the filter still held back, int16[n]; nothing may follow it."""
        return self._convert(np.empty(0, np.float32), last=True)

    def _convert(self, mono: NDArray[np.float32], *, last: bool) -> Pcm:
        if self._stream is not None:
            mono = self._stream.resample_chunk(mono, last)
        scaled = np.rint(np.clip(mono, -1.0, 1.0) * FULL_SCALE)
        return np.minimum(scaled, FULL_SCALE - 1).astype(np.int16)
