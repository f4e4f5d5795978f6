"""The losses on the way from a source to the samples: distance, microphone, noise, codec."""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy import fft

from soundpost_training.synthesis.codec import round_trip
from soundpost_training.synthesis.signals import RATE_HZ, Floats, Samples

AIR_HZ = (63, 125, 250, 500, 1_000, 2_000, 4_000, 8_000)
AIR_DB_PER_KM = (0.1, 0.4, 1.0, 1.9, 3.7, 9.7, 32.8, 117.0)
"""Absorption of air of 10 °C and 70 % humidity, by octave band: ISO 9613-2:1996, table 2."""

REFERENCE_METRES = 3.0
"""The distance that recordings are assumed to have been made at."""
FARTHEST_METRES = 150.0
EQUALISER_DB = 4.0
"""Standard deviation of a random response, as between consumer microphones and their cases."""
EQUALISER_HZ = np.geomspace(60, 8_000, 9)
NOISE_DBFS = (-85.0, -50.0)
"""From a good microphone with little gain to a MEMS microphone with automatic gain."""
QUIETEST_DBFS = -120.0
"""Stands for digital silence, whose level in decibels is not finite."""
LEAST_SNR_DB = 3.0
"""Noise stays this far below a sound, so that its label remains audible."""
PADDING = RATE_HZ // 20
"""50 ms without sound, so that a filter does not wrap the end of a sound into its start."""


@dataclass(frozen=True)
class Degradation:
    """Probabilities of each loss; they happen independently, in this order."""

    distance: float = 0.4
    equaliser: float = 0.7
    narrow_band: float = 0.15
    self_noise: float = 0.6
    clipping: float = 0.1
    codec: float = 0.03
    """The rare slow step: 25 to 160 ms for 2 s of sound, where all others take 2 together."""


class _Grid(NamedTuple):
    """The frequencies of a Fourier transform, by its length."""

    size: int
    hertz: Floats
    octaves: Floats


def degrade(samples: Samples, rng: np.random.Generator, settings: Degradation) -> Samples:
    """Returns a sound as a microphone of random quality records it, float32[n].

    The level falls with the distance and is kept by all other steps. Filters have no delay.

    Args:
        samples: float32[n] at 16 kHz, within -1 and 1.
        rng: The only source of randomness.
        settings: The probability of each loss.
    """
    if not len(samples):
        return samples.copy()
    grid = _grid(len(samples))
    response = np.zeros(len(grid.hertz))
    gain_db = 0.0
    if rng.random() < settings.distance:
        metres = REFERENCE_METRES * (FARTHEST_METRES / REFERENCE_METRES) ** rng.random()
        response += air_absorption_db(grid.hertz, metres)
        gain_db = -20 * np.log10(metres / REFERENCE_METRES)
    if rng.random() < settings.equaliser:
        response += _equaliser_db(grid, rng)
    if rng.random() < settings.narrow_band:
        response += _narrow_band_db(grid, rng)
    level = _level_db(samples)
    degraded = _filtered(samples, grid, response) if response.any() else samples.copy()
    degraded *= _gain(level + gain_db - _level_db(degraded))
    if rng.random() < settings.self_noise:
        degraded += _self_noise(grid, rng, _level_db(degraded))[: len(samples)]
    if rng.random() < settings.clipping:
        degraded = _clipped(degraded, rng)
    degraded = np.clip(degraded, -1, 1)
    return round_trip(degraded, rng) if rng.random() < settings.codec else degraded


def air_absorption_db(hertz: Floats, metres: float) -> Floats:
    """Returns the response of a distance in air by frequency, decibels, none above 0."""
    loss: Floats = np.interp(hertz, AIR_HZ, AIR_DB_PER_KM) * (metres / 1_000)
    return -loss


def _equaliser_db(grid: _Grid, rng: np.random.Generator) -> Floats:
    """Returns a smooth random response and a high-pass of 20 to 300 Hz."""
    curve = np.interp(
        grid.octaves, np.log2(EQUALISER_HZ), rng.normal(0, EQUALISER_DB, len(EQUALISER_HZ))
    )
    return curve + _high_pass_db(grid.hertz, float(np.exp(rng.uniform(np.log(20), np.log(300)))))


def _narrow_band_db(grid: _Grid, rng: np.random.Generator) -> Floats:
    """Returns the band of a telephone, an intercom or a microphone behind a case's cloth."""
    low, high = rng.uniform(100, 400), rng.uniform(2_800, 6_500)
    # A Butterworth low-pass of fourth order, as steep as the filters of small devices.
    low_pass: Floats = -10 * np.log10(1 + (grid.hertz / high) ** 8)
    return low_pass + _high_pass_db(grid.hertz, low)


def _high_pass_db(hertz: Floats, corner: float) -> Floats:
    """Returns the response of a Butterworth high-pass of second order."""
    loss: Floats = 10 * np.log10(1 + (corner / np.maximum(hertz, 1.0)) ** 4)
    return -loss


def _self_noise(grid: _Grid, rng: np.random.Generator, level_db: float) -> Samples:
    """Returns noise between white and pink, below the sound; float32 of the transform's length."""
    wanted = float(rng.uniform(*NOISE_DBFS))
    if level_db > QUIETEST_DBFS:
        wanted = min(wanted, level_db - LEAST_SNR_DB)
    slope = rng.uniform(0, 0.5)
    spectrum = rng.standard_normal((2, len(grid.hertz)), np.float32).T.copy().view(np.complex64)
    spectrum = spectrum[:, 0] * np.exp2(-slope * grid.octaves).astype(np.float32)
    spectrum[0] = 0
    noise: Samples = fft.irfft(spectrum, grid.size)
    return noise * _gain(wanted - _level_db(noise))


def _clipped(samples: Samples, rng: np.random.Generator) -> Samples:
    """Returns a sound that was too loud for its converter, and turned down again: level kept."""
    limit = np.float32(rng.uniform(0.15, 0.9)) * np.abs(samples).max()
    return np.clip(samples, -limit, limit)


def _filtered(samples: Samples, grid: _Grid, response_db: Floats) -> Samples:
    spectrum = fft.rfft(samples, grid.size)
    spectrum *= np.power(10, response_db / 20).astype(np.float32)
    filtered: Samples = fft.irfft(spectrum, grid.size)[: len(samples)]
    return filtered


def _level_db(samples: Samples) -> float:
    """Returns the mean level in dBFS."""
    power = float(np.dot(samples, samples)) / len(samples)
    return max(QUIETEST_DBFS, 10 * np.log10(power)) if power > 0 else QUIETEST_DBFS


def _gain(decibels: float) -> np.float32:
    return np.float32(10 ** (decibels / 20))


@lru_cache(maxsize=8)
def _grid(count: int) -> _Grid:
    size = fft.next_fast_len(count + PADDING, real=True)
    hertz = fft.rfftfreq(size, 1 / RATE_HZ)
    return _Grid(size, hertz, np.log2(np.maximum(hertz, 20.0)))
