"""Sums over the spectra of a minute, from which its acoustic indices follow."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import FULL_SCALE

FRAME_SAMPLES = 1_024
HOP_SAMPLES = 512
"""As scikit-maad's `spectrogram` by default."""
_BINS = FRAME_SAMPLES // 2
"""Without the bin at half the rate, as in scikit-maad."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SpectrumSums:
    """Sums over the frames of a minute, for each bin; amplitudes relative to full scale.

    Attributes:
        bin_hz: The distance of two bins; the first is at 0 Hz.
        frames: The number of frames.
        amplitude: The sum of amplitudes, float64[bins].
        power: The sum of squared amplitudes, float64[bins].
        change: The sum of differences between the amplitudes of neighbours in time without sign,
            float64[bins].
        changes: The number of pairs of neighbours.
    """

    bin_hz: float
    frames: int
    amplitude: Floats
    power: Floats
    change: Floats
    changes: int

    @property
    def frequencies_hz(self) -> Floats:
        """The frequency of each bin."""
        frequencies_hz: Floats = np.arange(_BINS, dtype=np.float64) * self.bin_hz
        return frequencies_hz


class SpectrumMeter:
    """Sums up the spectra of frames that lie within one minute and one stretch.

    A frame of 1024 samples begins every 512 samples from the start of the minute, or of the stretch
    after a gap. Its mean is subtracted, and a periodic Hann window applied.

    Args:
        rate_hz: The sample rate.
    """

    def __init__(self, rate_hz: int) -> None:
        self._bin_hz = rate_hz / FRAME_SAMPLES
        window = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(FRAME_SAMPLES) / FRAME_SAMPLES)
        self._window = window
        self._scale = np.sqrt(2.0 / (FRAME_SAMPLES * np.square(window).sum())) / FULL_SCALE
        self._rest = np.empty(0, np.int16)
        self._last: Floats | None = None
        self._begin_minute()

    def add(self, block: NDArray[np.int16], *, is_first: bool) -> None:
        """Adds a block of the present minute.

        Args:
            block: int16[n].
            is_first: Whether it begins a stretch.
        """
        if is_first:
            self._begin_stretch()
        samples = np.concatenate((self._rest, block))
        hops = samples[: len(samples) // HOP_SAMPLES * HOP_SAMPLES].reshape(-1, HOP_SAMPLES)
        count = max(0, len(hops) - 1)
        # A copy: a view would hold all samples in memory.
        self._rest = samples[count * HOP_SAMPLES :].copy()
        if not count:
            return
        powers = self._powers(hops.astype(np.float64))
        self._power += powers.sum(axis=0)
        amplitudes = np.sqrt(powers, out=powers)
        self._frames += count
        self._amplitude += amplitudes.sum(axis=0)
        changes = amplitudes[1:] - amplitudes[:-1]
        self._change += np.abs(changes, out=changes).sum(axis=0)
        if self._last is not None:
            self._change += np.abs(amplitudes[0] - self._last)
        self._changes += count - (self._last is None)
        self._last = amplitudes[-1].copy()

    def pop(self) -> SpectrumSums:
        """Returns the sums of the minute, and begins the next."""
        sums = SpectrumSums(
            self._bin_hz,
            self._frames,
            self._amplitude * self._scale,
            self._power * self._scale**2,
            self._change * self._scale,
            self._changes,
        )
        self._begin_minute()
        return sums

    def _powers(self, hops: Floats) -> Floats:
        """Returns the power of each bin of the frames of two hops, float64[frames, bins]."""
        sums = hops.sum(axis=1)
        means = (sums[:-1] + sums[1:])[:, np.newaxis] / FRAME_SAMPLES
        frames = np.empty((len(means), FRAME_SAMPLES))
        np.subtract(hops[:-1], means, out=frames[:, :HOP_SAMPLES])
        np.subtract(hops[1:], means, out=frames[:, HOP_SAMPLES:])
        frames *= self._window
        parts = np.fft.rfft(frames).view(np.float64)
        np.square(parts, out=parts)
        powers: Floats = parts[:, 0 : 2 * _BINS : 2] + parts[:, 1 : 2 * _BINS : 2]
        return powers

    def _begin_minute(self) -> None:
        self._frames = self._changes = 0
        self._amplitude, self._power, self._change = np.zeros((3, _BINS))
        self._begin_stretch()

    def _begin_stretch(self) -> None:
        self._rest = np.empty(0, np.int16)
        self._last = None
