"""Made noises where no recordings are at hand: the noise of a room, and a multirotor."""

import numpy as np
from numpy.typing import NDArray

Signal = NDArray[np.float64]

MAINS_HZ = 50.0
HUM_HARMONICS = 6
HUM_DB_PER_HARMONIC = -4.0
ROTORS = 4
ROTOR_HZ = (110.0, 240.0)
"""Blade-pass frequency of small multirotors in hover and in forward flight."""
ROTOR_HARMONICS = 24
ROTOR_WANDER = 0.04
"""Largest deviation of a rotor's speed, as the flight controller corrects the attitude."""
WANDER_SECONDS = 0.4
"""Time between two independent speeds of a rotor."""


def pink_noise(rng: np.random.Generator, samples: int) -> Signal:
    """Returns noise with a power density of 1/f, float64[samples], RMS 1."""
    spectrum = np.fft.rfft(rng.standard_normal(samples))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    spectrum[0] = 0.0
    noise = np.fft.irfft(spectrum, samples)
    return _at_rms_1(noise)


def room_noise(rng: np.random.Generator, samples: int, rate_hz: int) -> Signal:
    """Returns the noise of a quiet room with the hum of the mains, float64[samples], RMS 1."""
    time = np.arange(samples) / rate_hz
    numbers = np.arange(1, HUM_HARMONICS + 1)
    gains = 10.0 ** (numbers * HUM_DB_PER_HARMONIC / 20.0) * rng.uniform(0.3, 1.0, HUM_HARMONICS)
    phases = rng.uniform(0.0, 2.0 * np.pi, HUM_HARMONICS)
    hum = np.zeros(samples)
    for number, gain, phase in zip(numbers, gains, phases, strict=True):
        hum += gain * np.sin(2.0 * np.pi * MAINS_HZ * number * time + phase)
    return _at_rms_1(pink_noise(rng, samples) + rng.uniform(0.2, 1.0) * _at_rms_1(hum))


def drone(rng: np.random.Generator, samples: int, rate_hz: int) -> Signal:
    """Returns the sound of a multirotor in flight, float64[samples], RMS 1.

    Each rotor is a series of harmonics of its blade-pass frequency, whose speed wanders; the air
    adds noise.
    """
    mean_hz = rng.uniform(*ROTOR_HZ)
    tone = np.zeros(samples)
    for _ in range(ROTORS):
        points = int(samples / (WANDER_SECONDS * rate_hz)) + 2
        deviations = rng.uniform(-ROTOR_WANDER, ROTOR_WANDER, points)
        wander = np.interp(np.linspace(0, points - 1, samples), np.arange(points), deviations)
        speeds_hz = mean_hz * rng.uniform(0.95, 1.05) * (1.0 + wander)
        phase = 2.0 * np.pi * np.cumsum(speeds_hz) / rate_hz
        for harmonic in range(1, ROTOR_HARMONICS + 1):
            if harmonic * speeds_hz.max() < rate_hz / 2:
                tone += np.sin(harmonic * phase + rng.uniform(0.0, 2.0 * np.pi)) / harmonic
    return _at_rms_1(_at_rms_1(tone) + rng.uniform(0.2, 0.6) * pink_noise(rng, samples))


def _at_rms_1(signal: Signal) -> Signal:
    scaled: Signal = signal / max(float(np.sqrt(np.mean(signal**2))), 1e-12)
    return scaled
