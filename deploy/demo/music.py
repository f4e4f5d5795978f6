"""Synthetic music of the demonstration: chords, a melody and drums, of sines and noise."""

import numpy as np

from sounds import RATE_HZ, Signal

BEAT_SECONDS = 0.5
CHORDS_HZ = (
    (130.8, 196.0, 261.6, 329.6),  # C major
    (110.0, 164.8, 220.0, 261.6),  # A minor
    (87.3, 174.6, 220.0, 261.6),  # F major
    (98.0, 146.8, 196.0, 246.9),  # G major
)
"""Each lasts four beats."""
MELODY_HZ = (196.0, 220.0, 261.6, 220.0, 196.0, 164.8, 146.8, 164.8)
"""A note a beat."""


def band(seconds: float, rng: np.random.Generator) -> Signal:
    """An organ, a plucked melody and drums, 120 beats a minute."""
    signal = np.zeros(round(seconds * RATE_HZ))
    for beat in range(int(seconds / BEAT_SECONDS)):
        start = beat * BEAT_SECONDS
        if beat % 4 == 0:
            for pitch_hz in CHORDS_HZ[beat // 4 % 4]:
                _add(signal, start, _organ(pitch_hz))
        _add(signal, start, 0.6 * _plucked(MELODY_HZ[beat % 8]))
        _add(signal, start, _snare(rng) if beat % 2 else _bass_drum())
        _add(signal, start + BEAT_SECONDS / 2, _hi_hat(rng))
    return signal


def _organ(pitch_hz: float) -> Signal:
    """Two pipes that are a thousandth or two apart, for a bar."""
    time = _time(4 * BEAT_SECONDS)
    pipes = _partials(time, pitch_hz, 7, 1.3) + _partials(time, 1.003 * pitch_hz, 7, 1.3)
    ends = np.minimum(1.0, np.minimum(time, time[::-1]) / 0.05)
    return 0.2 * pipes * ends


def _plucked(pitch_hz: float) -> Signal:
    """A string that decays within a beat."""
    time = _time(0.95 * BEAT_SECONDS)
    return _partials(time, pitch_hz, 8, 1.6) * np.exp(-3.0 * time) * np.minimum(1.0, time / 0.01)


def _bass_drum() -> Signal:
    time = _time(0.2)
    phase = 2 * np.pi * np.cumsum(45.0 + 110.0 * np.exp(-time / 0.04)) / RATE_HZ
    return 1.2 * np.sin(phase) * np.exp(-time / 0.09)


def _snare(rng: np.random.Generator) -> Signal:
    time = _time(0.2)
    return 0.35 * rng.normal(size=len(time)) * np.exp(-time / 0.05)


def _hi_hat(rng: np.random.Generator) -> Signal:
    time = _time(0.05)
    return 0.12 * np.diff(rng.normal(size=len(time) + 1)) * np.exp(-time / 0.016)


def _partials(time: Signal, pitch_hz: float, count: int, slope: float) -> Signal:
    """Returns harmonics whose amplitudes fall with a power of their number."""
    numbers = np.arange(1, count + 1)[:, None]
    summed: Signal = (np.sin(2 * np.pi * numbers * pitch_hz * time) / numbers**slope).sum(axis=0)
    return summed


def _time(seconds: float) -> Signal:
    return np.arange(round(seconds * RATE_HZ)) / RATE_HZ


def _add(signal: Signal, start_seconds: float, sound: Signal) -> None:
    start = round(start_seconds * RATE_HZ)
    stretch = signal[start : start + len(sound)]
    stretch += sound[: len(stretch)]
