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


def smoke_alarm(seconds: float, _rng: np.random.Generator) -> Signal:
    """A smoke alarm: the temporal-three pattern of ISO 8201, by a piezo sounder of 3.1 kHz."""
    time = _time(seconds)
    beeping = (time % 4.0 < 3.0) & (time % 1.0 < 0.5)
    tone = np.sin(2 * np.pi * 3100 * time) + 0.25 * np.sin(2 * np.pi * 6200 * time)
    return np.where(beeping, tone, 0.0)


def vehicle_horn(seconds: float, rng: np.random.Generator) -> Signal:
    """A car's horn: two reeds of 405 and 505 Hz, each with its trumpet, 0.9 s of every 1.3 s."""
    time = _time(seconds)
    phases = np.arange(1, 14)[:, None] * 2 * np.pi * time
    reeds = sum(
        (np.sin(phases * pitch_hz) / np.sqrt(np.arange(1, 14))[:, None]).sum(axis=0)
        for pitch_hz in (405.0, 505.0)
    )
    air = 0.05 * rng.normal(size=len(time))
    hooting = np.convolve(time % 1.3 < 0.9, np.ones(240) / 240, "same")
    horn: Signal = hooting * (
        _resonant(reeds / reeds.std(), [1000.0, 2400.0], [1500.0, 900.0]) + air
    )
    return horn


def breaking_glass(seconds: float, rng: np.random.Generator) -> Signal:
    """Panes that break: a crash, then splinters that ring for hundredths of a second."""
    signal = np.zeros(len(_time(seconds)))
    for start in np.arange(0.2, seconds - 0.5, 2.0):
        _add(signal, start, 3.0 * rng.normal(size=4000) * np.exp(-np.arange(4000) / 480.0))
        for _ in range(70):
            pitch_hz, decay_seconds = rng.uniform(2500.0, 4500.0), rng.uniform(0.01, 0.09)
            splinter = _strike([pitch_hz, 1.37 * pitch_hz, 1.71 * pitch_hz], decay_seconds)
            _add(signal, start + rng.exponential(0.28), rng.uniform(0.3, 1.5) * splinter)
    return signal


def crow(seconds: float, rng: np.random.Generator) -> Signal:
    """A carrion crow: a caw of a third of a second, hoarse, every three quarters of a second."""
    signal = np.zeros(len(_time(seconds)))
    for start in np.arange(0.1, seconds - 0.5, 0.75):
        time = _time(0.35)
        swell = np.sin(np.pi * time / 0.35)
        phase = 2 * np.pi * np.cumsum(520 + 60 * swell + 15 * rng.normal(size=len(time))) / RATE_HZ
        voice = np.sin(np.arange(1, 14)[:, None] * phase).sum(axis=0)
        hoarse = voice * (1.0 + rng.normal(size=len(time)))
        caw = _resonant(hoarse, [1250.0, 1800.0, 3200.0], [250.0, 300.0, 600.0])
        _add(signal, start, caw * np.sqrt(swell))
    return signal


def clock_tick(seconds: float, rng: np.random.Generator) -> Signal:
    """A wall clock: tick and tock, two to the second, a click that makes the case ring."""
    signal = np.zeros(len(_time(seconds)))
    partials = np.array([1400.0, 2100.0, 3150.0, 4400.0])
    for number, start in enumerate(np.arange(0.1, seconds - 0.1, 0.5)):
        _add(signal, start, _strike(list(partials * (1.12 if number % 2 else 1.0)), 0.015))
        _add(signal, start, rng.normal(size=200) * np.exp(-np.arange(200) / 20.0))
    return signal


def rain(seconds: float, rng: np.random.Generator) -> Signal:
    """Steady rain: broad noise and a few hundred drops a second."""
    length = len(_time(seconds))
    hiss = rng.normal(size=length)
    drops = np.where(rng.random(length) < 0.02, rng.normal(size=length) * 6, 0.0)
    signal: Signal = 0.3 * hiss + np.convolve(drops, np.exp(-np.arange(40) / 6.0), "same")
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


def _resonant(signal: Signal, pitches_hz: list[float], widths_hz: list[float]) -> Signal:
    """Returns the signal through resonators of two poles, one after the other."""
    unit = np.exp(2j * np.pi * np.fft.rfftfreq(len(signal)))
    response = np.ones(len(unit), np.complex128)
    for pitch_hz, width_hz in zip(pitches_hz, widths_hz, strict=True):
        pole = np.exp(np.pi * (2j * pitch_hz - width_hz) / RATE_HZ)
        response *= abs(1.0 - pole) ** 2 / ((1.0 - pole / unit) * (1.0 - pole.conj() / unit))
    resonant: Signal = np.fft.irfft(np.fft.rfft(signal) * response, len(signal))
    return resonant


def _add(signal: Signal, start_seconds: float, sound: Signal) -> None:
    start = round(start_seconds * RATE_HZ)
    stretch = signal[start : start + len(sound)]
    stretch += sound[: len(stretch)]
