"""Synthetic sounds of the demonstration, made of sines, noise and envelopes."""

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000

Signal = NDArray[np.float64]


def siren(seconds: float, _rng: np.random.Generator) -> Signal:
    """An emergency vehicle's wail: 600 to 1,400 Hz and back, every four seconds."""
    time = _time(seconds)
    pitch_hz = 1000.0 - 400.0 * np.cos(2 * np.pi * time / 4.0)
    phase = 2 * np.pi * np.cumsum(pitch_hz) / RATE_HZ
    return sum((np.sin(k * phase) / k for k in range(1, 6)), np.zeros(len(time)))


def clock_alarm(seconds: float, _rng: np.random.Generator) -> Signal:
    """A digital alarm clock: four beeps of 2 kHz, then a pause, every second."""
    time = _time(seconds)
    beeping = (time % 1.0 < 0.5) & (time % 0.125 < 0.0625)
    tone = np.sin(2 * np.pi * 2048 * time) + 0.3 * np.sin(2 * np.pi * 6144 * time)
    return np.where(beeping, tone, 0.0)


def clock_tick(seconds: float, rng: np.random.Generator) -> Signal:
    """A wall clock: tick and tock, two to the second, a click that makes the case ring."""
    signal = np.zeros(len(_time(seconds)))
    partials = np.array([1400.0, 2100.0, 3150.0, 4400.0])
    for number, start in enumerate(np.arange(0.1, seconds - 0.1, 0.5)):
        _add(signal, start, _strike(list(partials * (1.12 if number % 2 else 1.0)), 0.015))
        _add(signal, start, rng.normal(size=200) * np.exp(-np.arange(200) / 20.0))
    return signal


def creaking_door(seconds: float, rng: np.random.Generator) -> Signal:
    """A dry hinge: it sticks and slips 24 times a second, each slip dull noise that dies away."""
    time = _time(seconds)
    slip = np.exp(-6.0 * (24.0 * time % 1.0))
    dull = np.convolve(rng.normal(size=len(time)), np.ones(16) / 4.0, "same")
    slipping = slip * (1.0 + 0.5 * dull)
    signal: Signal = slipping - slipping.mean()
    return signal


def crickets(seconds: float, _rng: np.random.Generator) -> Signal:
    """A field cricket: trains of three 4.5 kHz pulses, four trains a second."""
    time = _time(seconds)
    pulse = np.sin(np.pi * (time % 0.03) / 0.02).clip(0) * (time % 0.03 < 0.02)
    chirping = time % 0.25 < 0.09
    signal: Signal = np.sin(2 * np.pi * 4500 * time) * pulse * chirping
    return signal


def rain(seconds: float, rng: np.random.Generator) -> Signal:
    """Steady rain: broad noise and a few hundred drops a second."""
    length = len(_time(seconds))
    hiss = rng.normal(size=length)
    drops = np.where(rng.random(length) < 0.02, rng.normal(size=length) * 6, 0.0)
    signal: Signal = 0.3 * hiss + np.convolve(drops, np.exp(-np.arange(40) / 6.0), "same")
    return signal


def church_bells(seconds: float, _rng: np.random.Generator) -> Signal:
    """Two bells in turn, with the hum, prime, tierce, quint and nominal of a tuned bell."""
    signal = np.zeros(len(_time(seconds)))
    partials = np.array([0.5, 1.0, 1.2, 1.5, 2.0, 2.6, 3.0, 4.1])
    for number, start in enumerate(np.arange(0.05, seconds - 0.3, 1.1)):
        prime_hz = 440.0 if number % 2 else 523.0
        _add(signal, start, _strike(list(partials * prime_hz), 1.2))
    return signal


def quiet(seconds: float, rng: np.random.Generator) -> Signal:
    """The noise of a microphone in a quiet place."""
    return rng.normal(size=len(_time(seconds)))


def _time(seconds: float) -> Signal:
    return np.arange(round(seconds * RATE_HZ)) / RATE_HZ


def _strike(partials_hz: list[float], decay_seconds: float) -> Signal:
    """A struck hard object: partials that decay, high ones sooner."""
    time = _time(3.0 * decay_seconds)
    lowest = partials_hz[0]
    return sum(
        (
            np.sin(2 * np.pi * partial * time) * np.exp(-time * partial / lowest / decay_seconds)
            for partial in partials_hz
        ),
        np.zeros(len(time)),
    )


def _add(signal: Signal, start_seconds: float, sound: Signal) -> None:
    start = round(start_seconds * RATE_HZ)
    stretch = signal[start : start + len(sound)]
    stretch += sound[: len(stretch)]
