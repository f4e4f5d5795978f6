"""Silence, mains hum and noise, made from seeds: the sounds of a place without events."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import FULL_SCALE, Pcm

LEVELS_DBFS = (-54, -34)
"""A quiet place at night, and a fan, rain or a road beside the microphone."""
MAINS_HZ = (50, 60)
SEEDS = 5
"""Each begins a part of the sound anew: other noise, another mixture of harmonics."""

_HARMONICS = 20
"""Up to 1,000 or 1,200 Hz; those above are below the noise of a microphone."""
_MAINS_DRIFT = 0.002
"""Of the frequency: grids keep it within 0.2 Hz."""
_PINK_LOWEST_HZ = 20.0
"""The power of pink noise grows without limit towards 0 Hz; microphones begin here."""


@dataclass(frozen=True, slots=True)
class Noise:
    """A sound without an event.

    Attributes:
        kind: Digital silence, hum of the mains with its harmonics, white or pink noise.
        level_dbfs: Its RMS level; of silence, -120.
        mains_hz: The frequency of hum; 0 for other kinds.
    """

    kind: Literal["silence", "hum", "white", "pink"]
    level_dbfs: int
    mains_hz: int = 0

    def __str__(self) -> str:
        """Returns the name, such as `white noise at -54 dBFS`."""
        if self.kind == "silence":
            return "silence"
        name = f"{self.mains_hz} Hz hum" if self.kind == "hum" else f"{self.kind} noise"
        return f"{name} at {self.level_dbfs} dBFS"

    def part(self, samples: int, rate_hz: int, seed: int) -> Pcm:
        """Returns a part of the sound, int16[samples]; equal seeds give equal parts."""
        if self.kind == "silence":
            return np.zeros(samples, np.int16)
        rng = np.random.default_rng([seed, -self.level_dbfs, self.mains_hz, ord(self.kind[0])])
        if self.kind == "hum":
            sound = _hum(samples, rate_hz, self.mains_hz, rng)
        else:
            sound = rng.standard_normal(samples)
            if self.kind == "pink":
                sound = _pink(sound, rate_hz)
        rms = np.sqrt(np.mean(sound**2))
        scaled = sound / rms * 10 ** (self.level_dbfs / 20) * FULL_SCALE
        pcm: Pcm = np.clip(np.rint(scaled), -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
        return pcm


NOISES = (
    Noise("silence", -120),
    *(Noise("hum", level, mains) for level in LEVELS_DBFS for mains in MAINS_HZ),
    *(Noise("white", level) for level in LEVELS_DBFS),
    *(Noise("pink", level) for level in LEVELS_DBFS),
)
"""All sounds that an imported model is measured with."""


def windows(noise: Noise, seconds: float, window_samples: int, rate_hz: int) -> Iterator[Pcm]:
    """Yields windows of a noise that follow each other without an overlap.

    Overlapping windows would cost more and show little more. Of silence there is one: all its
    windows are equal.

    Args:
        noise: The sound.
        seconds: Of sound, in all; at least a window of each seed is made.
        window_samples: Samples of a window.
        rate_hz: The sample rate.
    """
    if noise.kind == "silence":
        yield noise.part(window_samples, rate_hz, 0)
        return
    for seed in range(SEEDS):
        for row in range(windows_of_seed(seconds, window_samples, rate_hz)):
            # A seed of its own for each window: a part of minutes would take 100 MB at 48 kHz.
            yield noise.part(window_samples, rate_hz, seed * 1_000_000 + row)


def windows_of_seed(seconds: float, window_samples: int, rate_hz: int) -> int:
    """Returns the windows that are made of each seed."""
    return max(1, int(seconds * rate_hz / window_samples / SEEDS))


def _hum(
    samples: int, rate_hz: int, mains_hz: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Returns a mixture of harmonics that fall off, with phases and strengths of its own."""
    base_hz = mains_hz * (1 + rng.uniform(-_MAINS_DRIFT, _MAINS_DRIFT))
    fundamental = np.exp(2j * np.pi * base_hz / rate_hz * np.arange(samples))
    phasor, sound = np.ones(samples, np.complex128), np.zeros(samples)
    for harmonic in range(1, _HARMONICS + 1):
        phasor *= fundamental  # five times faster than a sine for each harmonic
        weight = rng.uniform(0.2, 1.0) / harmonic * np.exp(2j * np.pi * rng.uniform())
        sound += phasor.real * weight.real - phasor.imag * weight.imag
    return sound


def _pink(white: NDArray[np.float64], rate_hz: int) -> NDArray[np.float64]:
    """Returns noise whose power falls by 3 dB an octave."""
    spectrum = np.fft.rfft(white)
    frequencies = np.fft.rfftfreq(len(white), 1 / rate_hz)
    spectrum /= np.sqrt(np.maximum(frequencies, _PINK_LOWEST_HZ))
    spectrum[frequencies < _PINK_LOWEST_HZ] = 0.0
    return np.fft.irfft(spectrum, len(white))
