"""Conversion of any rate and channel count to mono at the model's rate."""

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import FULL_SCALE, Pcm, SourceState
from soundpost.audio.channels import ChannelMixer

Mono = NDArray[np.float32]
"""float32[n], full scale at 1.0."""
_FULL_SCALE_1 = np.float32(1.0 / FULL_SCALE)
"""Factor from int16 samples to those with full scale at 1.0; a power of two, so it is exact."""


class MonoResampler:
    """Turns blocks of sound into mono and resamples them.

    The rate is changed by libsoxr's linear-phase filter (quality HQ), which compensates its delay:
    sample k of the result lies k / `sample_rate_hz` seconds after the start. The result does not
    depend on the size of the blocks, and mono int16 that is already at the rate passes unchanged.

    Args:
        rate_hz: Rate of the blocks.
        sample_rate_hz: Rate of the result.
        mixer: Turns their channels into one; by default those that carry the sound, as in training.
    """

    def __init__(
        self, rate_hz: int, sample_rate_hz: int, mixer: ChannelMixer | None = None
    ) -> None:
        self._mixer = mixer or ChannelMixer("auto", rate_hz)
        self._constant: float | None = 0.0
        self._stream = None
        if rate_hz != sample_rate_hz:
            import soxr  # noqa: PLC0415 - loaded only for sound at another rate

            self._stream = soxr.ResampleStream(rate_hz, sample_rate_hz, 1, dtype="float32")

    @property
    def state(self) -> SourceState:
        """The state of the source in the last block, before its samples were rounded."""
        return SourceState(self._constant, self._mixer.is_antiphase)

    def resample(self, block: NDArray[np.float32]) -> Pcm:
        """Returns the samples that the block completes, int16[n]; n may be 0.

        Args:
            block: float32[frames, channels], full scale at 1.0; larger values are clipped.
        """
        return _to_pcm(self.mix(block))

    def resample_pcm(self, samples: Pcm) -> Pcm:
        """Returns the samples that a block of one channel completes, int16[n]; n may be 0.

        Args:
            samples: int16[frames].
        """
        return self.resample((samples.astype(np.float32) * _FULL_SCALE_1)[:, np.newaxis])

    def flush(self) -> Pcm:
        """Returns the samples that are still held, int16[n]; no block may follow."""
        return _to_pcm(self.mix_rest())

    def mix(self, block: NDArray[np.float32]) -> Mono:
        """Returns the samples that the block completes, before they are rounded to int16.

        Args:
            block: float32[frames, channels].
        """
        return self._convert(self._mixer.mix(block).astype(np.float32, copy=False), last=False)

    def mix_rest(self) -> Mono:
        """Returns the samples that are still held, before they are rounded to int16."""
        return self._convert(self._mixer.flush().astype(np.float32), last=True)

    def _convert(self, mono: Mono, *, last: bool) -> Mono:
        if len(mono):
            least = float(mono.min())
            self._constant = least if least == mono.max() else None
        if self._stream is None:
            return mono
        resampled: Mono = self._stream.resample_chunk(np.ascontiguousarray(mono), last)
        return resampled


def resample_whole(samples: Pcm, rate_hz: int, sample_rate_hz: int) -> Pcm:
    """Returns samples of one channel at another rate, int16[n]."""
    resampler = MonoResampler(rate_hz, sample_rate_hz)
    return np.concatenate((resampler.resample_pcm(samples), resampler.flush()))


def _to_pcm(mono: Mono) -> Pcm:
    scaled = mono * FULL_SCALE
    np.rint(scaled, out=scaled)
    np.maximum(scaled, -FULL_SCALE, out=scaled)
    np.minimum(scaled, FULL_SCALE - 1, out=scaled)
    return scaled.astype(np.int16)
