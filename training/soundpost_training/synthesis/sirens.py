"""Sirens of emergency vehicles and of civil defence, and the horns of vehicles.

Sources: SAE J1849 (wail: 10 to 30 cycles a minute, yelp: 150 to 250), DIN 14610 (the German
Martinshorn: two tones a fourth apart between 360 and 630 Hz, four tones in 3 s), UNECE Regulation
28 (horns, most of their energy from 1.8 to 3.55 kHz). Pitches without a standard are ours.
"""

import numpy as np

from soundpost_training.synthesis.parameters import Parameters
from soundpost_training.synthesis.signals import (
    SAWTOOTH,
    SQUARE,
    Floats,
    Samples,
    at_peak,
    clock,
    envelope,
    length,
    passing,
    repeated,
    tone,
)

FOURTH = 4 / 3
PASSING = 0.5
"""The share of emergency sirens that drive past; the others stand or are far away."""
HORN_PARTIALS = tuple((order, 1.0) for order in range(1, 8))
"""A diaphragm that strikes a stop: partials of nearly equal strength up to 3.5 kHz."""


def wail(parameters: Parameters, seconds: float) -> Samples:
    """Returns a siren that rises and falls slowly, float32[n]."""
    return _sweep(parameters, seconds, parameters.between(10, 30) / 60)


def yelp(parameters: Parameters, seconds: float) -> Samples:
    """Returns a siren that rises and falls two to four times a second, float32[n]."""
    return _sweep(parameters, seconds, parameters.between(150, 250) / 60)


def two_tone(parameters: Parameters, seconds: float) -> Samples:
    """Returns a two-tone siren, electronic or the compressed air horns of DIN 14610, float32[n]."""
    count = length(seconds)
    low = parameters.between(360, 630 / FOURTH)
    ratio = parameters.close_to(FOURTH, 0.05)
    step = parameters.close_to(0.75, 0.2)
    turn = np.floor((clock(count) + parameters.rng.uniform(0, 2)) / step).astype(int)
    factor, gain = _movement(parameters, count)
    frequency = np.where(turn % 2 == 0, low, ratio * low) * factor
    partials = SAWTOOTH if parameters.chance(0.6) else SQUARE
    changes = repeated([(0.0, 0.97 * step)], step, 0.0, seconds)
    return at_peak(tone(frequency, count, partials) * gain * envelope(count, changes, 0.01, 0.02))


def civil_defence(parameters: Parameters, seconds: float) -> Samples:
    """Returns a motor siren that runs up, or rises and falls, float32[n].

    Its chopper interrupts the air: a tone between a sawtooth and a square wave.
    """
    count = length(seconds)
    top = parameters.between(380, 520)
    at = clock(count) + float(parameters.rng.uniform(0, 8))
    if parameters.chance(0.5):
        speed = 1 - np.exp(-at / parameters.between(1.5, 4))
    else:
        speed = 0.75 + 0.25 * np.sin(2 * np.pi * at / parameters.between(4, 10))
    return at_peak(tone(top * np.maximum(speed, 0.1), count, SAWTOOTH) * speed)


def air_horn(parameters: Parameters, seconds: float) -> Samples:
    """Returns blasts of the air horn of a truck or a fire engine, float32[n]."""
    pitch = parameters.between(150, 400)
    ratios = (1.0, 1.26, 1.5)[: int(parameters.rng.integers(1, 4))]
    return _horn(parameters, seconds, tuple(pitch * ratio for ratio in ratios), SAWTOOTH)


def car_horn(parameters: Parameters, seconds: float) -> Samples:
    """Returns honks of a car: one horn, or two a third apart, float32[n]."""
    pitch = parameters.between(320, 480)
    pitches = (pitch, parameters.close_to(1.22, 0.04) * pitch)
    return _horn(parameters, seconds, pitches[: int(parameters.rng.integers(1, 3))], HORN_PARTIALS)


def _sweep(parameters: Parameters, seconds: float, rate: float) -> Samples:
    """Returns a siren of SAE J1849: it rises faster than it falls."""
    count = length(seconds)
    low = parameters.between(450, 750)
    high = parameters.between(1_100, 1_800)
    rise = float(parameters.rng.uniform(0.25, 0.5))
    turn = (clock(count) * rate + parameters.rng.random()) % 1.0
    shape = np.where(turn < rise, turn / rise, (1 - turn) / (1 - rise))
    factor, gain = _movement(parameters, count)
    partials = SQUARE if parameters.chance(0.5) else SAWTOOTH  # by the amplifier's waveform
    return at_peak(tone(low * (high / low) ** shape * factor, count, partials) * gain)


def _movement(parameters: Parameters, count: int) -> tuple[Floats, Floats]:
    if parameters.chance(PASSING):
        return passing(parameters.rng, count)
    return np.ones(count), np.ones(count)


def _horn(
    parameters: Parameters,
    seconds: float,
    pitches: tuple[float, ...],
    partials: tuple[tuple[float, float], ...],
) -> Samples:
    """Returns one to three blasts, whose pitch sags a little at the start; float32[n]."""
    count = length(seconds)
    onset = float(parameters.rng.uniform(0.05, 0.6))
    blasts = []
    for _ in range(int(parameters.rng.integers(1, 4))):
        duration = float(np.exp(parameters.rng.uniform(np.log(0.15), np.log(2.0))))
        blasts.append((onset, duration))
        onset += duration + float(parameters.rng.uniform(0.15, 1.0))
    shape = envelope(count, blasts, 0.012, 0.02)
    factor, gain = _movement(parameters, count)
    settled = 1 - 0.02 * np.exp(-6 * shape)
    total = np.zeros(count)
    for pitch in pitches:
        beat = parameters.close_to(1.0, 0.01)
        total += tone(pitch * beat * settled * factor, count, partials)
    return at_peak(total * shape * gain)
