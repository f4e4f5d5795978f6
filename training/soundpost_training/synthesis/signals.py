"""Tones, pulses and moving sources, the parts that made sounds consist of."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
Floats = NDArray[np.float64]

RATE_HZ = 16_000
"""The rate of every made sound, that of the networks."""
HIGHEST_HZ = 7_600.0
"""Partials above are left out: they would be mirrored at half the rate, as no microphone does."""
PEAK = 0.7
"""The peak of a made sound before rooms and distance, which leaves 3 dB for both."""
SOUND_SPEED = 343.0
"""Metres a second, in air of 20 °C."""

SQUARE = tuple((order, 1.0 / order) for order in range(1, 16, 2))
"""Partials of a square wave: the odd ones, falling as their order."""
SAWTOOTH = tuple((order, 1.0 / order) for order in range(1, 16))
"""Partials of a sawtooth, the flow of air through a reed or a siren's ports."""


def length(seconds: float) -> int:
    """Returns the number of samples of a duration."""
    return round(seconds * RATE_HZ)


def clock(count: int) -> Floats:
    """Returns the time of each sample in seconds, float64[count]."""
    return np.arange(count) / RATE_HZ


def tone(
    frequency_hz: float | Floats, count: int, partials: Iterable[tuple[float, float]] = ((1, 1.0),)
) -> Floats:
    """Returns a tone, float64[count], without partials above the band.

    Args:
        frequency_hz: Of the fundamental; a number, or float64[count] for a sweep.
        count: The number of samples.
        partials: Pairs of a multiple of the fundamental and an amplitude.
    """
    frequency = np.broadcast_to(np.asarray(frequency_hz, np.float64), count)
    phase = 2 * np.pi * np.cumsum(frequency) / RATE_HZ
    total = np.zeros(count)
    for multiple, amplitude in partials:
        audible = frequency * multiple < HIGHEST_HZ
        if audible.any():
            total += amplitude * audible * np.sin(multiple * phase)
    return total


def envelope(
    count: int,
    pulses: Sequence[tuple[float, float]],
    attack_seconds: float,
    release_seconds: float,
) -> Floats:
    """Returns the amplitude of a resonator that pulses drive, float64[count] from 0 to 1.

    It charges and discharges exponentially, as a resonator of one pole does.

    Args:
        count: The number of samples.
        pulses: Onset and duration of each pulse in seconds, in order; an onset may be negative.
        attack_seconds: The time constant of the rise.
        release_seconds: The time constant of the fall.
    """
    total = np.zeros(count)
    for onset, duration in pulses:
        # Ten time constants after its end, at -87 dB, a pulse is over.
        start = max(0, length(onset))
        end = max(start, min(count, length(onset + duration + 10 * release_seconds)))
        since_onset = np.arange(start, end) / RATE_HZ - onset
        rise = 1 - np.exp(-np.clip(since_onset, 0, duration) / attack_seconds)
        fall = np.exp(-np.maximum(since_onset - duration, 0) / release_seconds)
        total[start:end] = np.maximum(total[start:end], rise * fall)
    return total


def repeated(
    pattern: Sequence[tuple[float, float]], period: float, start: float, seconds: float
) -> list[tuple[float, float]]:
    """Returns the pulses of a pattern that repeats until the end of the sound.

    Args:
        pattern: Onset within the period and duration of each pulse, in seconds.
        period: Seconds from one repetition to the next.
        start: Onset of the first repetition; negative if the sound begins within it.
        seconds: The duration of the sound.
    """
    count = max(0, int(np.ceil((seconds - start) / period)))
    pulses = [
        (start + turn * period + onset, duration)
        for turn in range(count)
        for onset, duration in pattern
    ]
    return [(onset, duration) for onset, duration in pulses if -duration < onset < seconds]


def passing(rng: np.random.Generator, count: int) -> tuple[Floats, Floats]:
    """Returns the Doppler factor and the gain of a source that drives past, float64[count] each.

    The factor multiplies frequencies: 1 / (1 + radial speed / speed of sound). The gain falls as
    the distance grows, and is 1 at the closest point.
    """
    speed = rng.uniform(5, 25)  # metres a second, 18 to 90 km/h
    closest = rng.uniform(4, 30)  # metres
    at_closest = rng.uniform(-0.5, 1.5) * count / RATE_HZ
    along = speed * (clock(count) - at_closest)
    distance = np.hypot(along, closest)
    radial_speed = speed * along / distance
    return 1 / (1 + radial_speed / SOUND_SPEED), closest / distance


def at_peak(samples: Floats, peak: float = PEAK) -> Samples:
    """Returns a sound at this peak, float32[n]; silence stays silence."""
    highest = float(np.abs(samples).max(initial=0.0))
    return (samples * (peak / highest if highest else 0.0)).astype(np.float32)
