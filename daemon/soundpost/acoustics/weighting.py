"""The frequency weighting A of IEC 61672-1, as a finite filter of any sample rate."""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_LOW_POLES_HZ = (20.598997, 20.598997, 107.65265, 737.86223)
_HIGH_POLE_HZ = 12_194.217
"""The pole frequencies of the weighting (IEC 61672-1:2013, annex E)."""
_REFERENCE_HZ = 1_000.0
"""The frequency at which the weighting is 0 dB."""

KERNEL_SECONDS = 0.1
"""Then the gain is within 0.005 dB of the formula from 10 Hz on; with 0.06 s it is 0.4 dB off."""
_DESIGN_KERNELS = 16
"""The transform of the design is at least so many kernels long: what wraps around has decayed by
more than float64 resolves."""
_TRANSFORM_KERNELS = 3
"""The transform of a block is at least three kernels long, so that two thirds of its work count."""
_LEAST_POINTS = 16_384
"""Of the transform of a block. Shorter ones cost more calls, longer ones more time for each sample,
because they do not fit the cache of a core."""


def a_weighting(frequencies_hz: Floats) -> Floats:
    """Returns the gain of the weighting A by its formula (IEC 61672-1:2013, equation 6).

    Args:
        frequencies_hz: float64[n].

    Returns:
        float64[n], 1.0 at 1 kHz.
    """
    reference = _unscaled(np.array([_REFERENCE_HZ]))[0]
    return _unscaled(frequencies_hz) / float(reference)


@lru_cache(maxsize=4)
def a_weighting_kernel(rate_hz: int) -> Floats:
    """Returns the impulse response of the weighting A at a sample rate.

    A filter by the bilinear transform is wrong towards half the rate (at 16 kHz by 5.8 dB at 6.3
    kHz). This one has the gain of the formula at all frequencies up to half the rate, and minimum
    phase as the analogue filter: the zeros and the low poles are mapped to the z plane exactly, and
    what is missing in gain is added by a minimum-phase spectrum from its cepstrum (A. V. Oppenheim,
    R. W. Schafer, "Discrete-Time Signal Processing", on homomorphic deconvolution).

    Args:
        rate_hz: The sample rate.

    Returns:
        float64[n], `KERNEL_SECONDS` long; its sum, the gain for a constant value, is below 1e-6.
    """
    kernel_samples = round(KERNEL_SECONDS * rate_hz)
    points = 1 << math.ceil(math.log2(_DESIGN_KERNELS * kernel_samples))
    frequencies_hz = np.arange(points // 2 + 1, dtype=np.float64) * (rate_hz / points)
    delay = np.exp(-2j * np.pi * frequencies_hz / rate_hz)
    low = (1.0 - delay) ** 4
    for pole_hz in _LOW_POLES_HZ:
        low /= 1.0 - math.exp(-2.0 * math.pi * pole_hz / rate_hz) * delay
    missing = np.empty(len(frequencies_hz))
    missing[1:] = a_weighting(frequencies_hz[1:]) / np.abs(low[1:])
    missing[0] = missing[1]  # both gains are 0 there, and their quotient is smooth
    cepstrum = np.fft.irfft(np.log(missing))
    cepstrum[1 : points // 2] *= 2.0
    cepstrum[points // 2 + 1 :] = 0.0
    kernel: Floats = np.fft.irfft(low * np.exp(np.fft.rfft(cepstrum)))[:kernel_samples]
    return kernel


class AWeighting:
    """Filters a stretch of sound by the weighting A, block by block (overlap-save).

    Args:
        rate_hz: The sample rate.
        step_samples: The length of blocks is a multiple of this.

    Attributes:
        block_samples: The length of a block; the last one of a stretch or minute may be shorter.
    """

    def __init__(self, rate_hz: int, step_samples: int = 1) -> None:
        kernel = a_weighting_kernel(rate_hz)
        points = 1 << math.ceil(math.log2(_TRANSFORM_KERNELS * len(kernel)))
        points = max(_LEAST_POINTS, points)
        self._spectrum = np.fft.rfft(kernel, points)
        self._history_samples = len(kernel) - 1
        self._signal = np.zeros(points)
        self.block_samples = (points - self._history_samples) // step_samples * step_samples

    def restart(self, value: float) -> None:
        """Begins a stretch as if a constant value had been there before it, not silence.

        Without this, the step to the constant offset of a microphone would be measured as sound.
        """
        self._signal[: self._history_samples] = value

    def filter(self, block: Floats) -> Floats:
        """Returns the next block, weighted.

        Args:
            block: float64[n], n from 1 to `block_samples`.

        Returns:
            float64[n], without delay.
        """
        signal, before = self._signal, self._history_samples
        end = before + len(block)
        signal[before:end] = block  # what is behind it reaches no sample that is returned
        spectrum = np.fft.rfft(signal)
        spectrum *= self._spectrum
        weighted: Floats = np.fft.irfft(spectrum)[before:end]
        signal[:before] = signal[len(block) : end]
        return weighted


def _unscaled(frequencies_hz: Floats) -> Floats:
    squared = np.square(frequencies_hz)
    gain: Floats = squared**2 / (squared + _HIGH_POLE_HZ**2)
    for pole_hz in _LOW_POLES_HZ:
        gain /= np.sqrt(squared + pole_hz**2)
    return gain
