"""Alarms, beeps and ringing that are not smoke alarms, so that they are not taken for them.

Sources: SAE J994 (backup alarms), ITU-T Q.23 (DTMF), ITU-T E.180 (ringing: 1 s on, 4 s off in most
of Europe; 2 s on, 4 s off in North America). The rates and pitches without a standard are ours.
"""

import numpy as np

from soundpost_training.synthesis.parameters import Parameters
from soundpost_training.synthesis.signals import (
    RATE_HZ,
    SQUARE,
    Floats,
    Samples,
    at_peak,
    clock,
    envelope,
    length,
    repeated,
    tone,
)

PIEZO_PARTIALS = ((1, 1.0), (2, 0.15), (3, 0.3))
BELL_PARTIALS = ((1, 1.0), (2.0, 0.4), (2.76, 0.6), (5.4, 0.3), (8.93, 0.1))
"""A free bar's: Fletcher and Rossing, "The Physics of Musical Instruments", section 2.15."""
DTMF_LOW_HZ = (697, 770, 852, 941)
DTMF_HIGH_HZ = (1_209, 1_336, 1_477)


def reversing_beeper(parameters: Parameters, seconds: float) -> Samples:
    """Returns the alarm of a vehicle in reverse, tonal or of noise, float32[n]."""
    period = 60 / parameters.between(60, 140)
    duty = float(parameters.rng.uniform(0.4, 0.6))
    pulses = repeated([(0.0, duty * period)], period, _start(parameters, period), seconds)
    count = length(seconds)
    shape = envelope(count, pulses, 0.005, 0.01)
    if parameters.chance(0.25):
        noise = parameters.rng.standard_normal(count)
        return at_peak(shape * (noise - np.roll(noise, 2)))  # 2 kHz to 6 kHz at most 3 dB down
    return at_peak(shape * tone(parameters.between(950, 2_900), count, PIEZO_PARTIALS))


def intruder_siren(parameters: Parameters, seconds: float) -> Samples:
    """Returns the piezo siren of an intruder alarm: fast sweeps or two tones, float32[n]."""
    return at_peak(_sweeps(parameters, length(seconds), (1_400, 3_600), (1.5, 9)))


def car_alarm(parameters: Parameters, seconds: float) -> Samples:
    """Returns a car alarm that changes its pattern every few seconds, float32[n]."""
    count, part = length(seconds), length(parameters.between(1.5, 4))
    parts = [_sweeps(parameters, part, (500, 2_600), (0.8, 8)) for _ in range(-(-count // part))]
    return at_peak(np.concatenate(parts)[:count])


def alarm_clock(parameters: Parameters, seconds: float) -> Samples:
    """Returns groups of beeps of a quartz or digital clock, float32[n]."""
    beep = parameters.between(0.05, 0.14)
    turns = int(parameters.rng.integers(1, 5))
    pattern = [(turn * 1.8 * beep, beep) for turn in range(turns)]
    period = turns * 1.8 * beep + parameters.between(0.2, 0.7)
    return _beeps(parameters, (1_800, 4_200), pattern, period, seconds)


def oven_beep(parameters: Parameters, seconds: float) -> Samples:
    """Returns three to five beeps of an oven, a dishwasher or a washing machine, float32[n].

    They come once: no pattern repeats, as an alarm's does.
    """
    beep = parameters.between(0.15, 1.0)
    turns = int(parameters.rng.integers(3, 6))
    gap = beep * parameters.between(0.6, 1.6)
    pattern = [(turn * (beep + gap), beep) for turn in range(turns)]
    return _beeps(parameters, (1_900, 4_100), pattern, 120.0, seconds)


def till_beep(parameters: Parameters, seconds: float) -> Samples:
    """Returns the beeps of a supermarket till, at the pace of its cashier, float32[n]."""
    pattern = [(0.0, parameters.between(0.05, 0.15))]
    for _ in range(int(seconds)):
        pause = float(parameters.rng.uniform(0.5, 2.5))
        pattern.append((pattern[-1][0] + pause, pattern[0][1]))
    return _beeps(parameters, (1_500, 3_800), pattern, 120.0, seconds)


def dialling(parameters: Parameters, seconds: float) -> Samples:
    """Returns DTMF digits, float32[n]."""
    count = length(seconds)
    step = parameters.between(0.12, 0.4)
    total = np.zeros(count)
    for onset in np.arange(0.05, seconds, step):
        low, high = parameters.rng.choice(DTMF_LOW_HZ), parameters.rng.choice(DTMF_HIGH_HZ)
        pair = tone(float(low), count) + 1.2 * tone(float(high), count)
        total += pair * envelope(count, [(float(onset), 0.55 * step)], 0.002, 0.003)
    return at_peak(total)


def telephone(parameters: Parameters, seconds: float) -> Samples:
    """Returns a ringing telephone: a bell, an electronic warble or a melody, float32[n]."""
    on, period = (1.0, 5.0) if parameters.chance(0.5) else (2.0, 6.0)
    start = float(parameters.rng.uniform(-0.5 * on, 0.3))
    rings = repeated([(0.0, on)], period, start, seconds)
    count = length(seconds)
    kind = int(parameters.rng.integers(3))
    if kind == 0:
        strokes = repeated([(0.0, 0.001)], 1 / parameters.between(18, 26), 0.0, seconds)
        pitch = parameters.between(900, 1_700)
        sound = _struck(pitch, count, strokes, 0.3) + _struck(1.26 * pitch, count, strokes, 0.3)
    elif kind == 1:
        low = parameters.between(700, 1_900)
        is_high = np.sin(2 * np.pi * parameters.between(8, 14) * clock(count)) > 0
        sound = tone(np.where(is_high, 1.25 * low, low), count, SQUARE)
    else:
        return _melody(parameters, seconds)
    return at_peak(sound * envelope(count, rings, 0.01, 0.1))


def doorbell(parameters: Parameters, seconds: float) -> Samples:
    """Returns a doorbell: ding-dong, four chimes or a buzzer, float32[n]."""
    count = length(seconds)
    onset = float(parameters.rng.uniform(0.05, 0.8))
    if parameters.chance(0.2):
        hum = tone(parameters.close_to(100.0, 0.2), count, SQUARE)
        return at_peak(hum * envelope(count, [(onset, parameters.between(0.4, 1.5))], 0.01, 0.03))
    pitch = parameters.between(450, 950)
    # A falling major third, or the notes of the Westminster quarters.
    ratios = (1.0, 0.794) if parameters.chance(0.7) else (1.26, 1.0, 1.122, 0.749)
    step, decay = parameters.between(0.4, 0.9), parameters.between(0.25, 0.9)
    total = np.zeros(count)
    for turn, ratio in enumerate(ratios):
        strike = [(onset + turn * step, 0.002)]
        total += _struck(ratio * pitch, count, strike, decay)
    return at_peak(total)


def _melody(parameters: Parameters, seconds: float) -> Samples:
    """Returns a ringtone: notes of a pentatonic scale, repeated, float32[n]."""
    count = length(seconds)
    step = parameters.between(0.1, 0.3)
    steps = parameters.rng.choice((0, 2, 4, 7, 9, 12), 8)
    notes = parameters.between(500, 1_400) * np.exp2(steps / 12)
    at = np.floor(clock(count) / step).astype(int) % len(notes)
    strikes = repeated([(0.0, 0.6 * step)], step, 0.0, seconds)
    partials = SQUARE if parameters.chance(0.4) else ((1, 1.0), (2, 0.3), (4, 0.2))
    return at_peak(tone(notes[at], count, partials) * envelope(count, strikes, 0.003, 0.08))


def _struck(
    pitch: float, count: int, strikes: list[tuple[float, float]], decay_seconds: float
) -> Floats:
    """Returns a bar or bell that is struck: its higher partials decay faster, float64[count]."""
    partials = (
        tone(pitch, count, [partial]) * envelope(count, strikes, 0.001, decay_seconds / partial[0])
        for partial in BELL_PARTIALS
    )
    return sum(partials, np.zeros(count))


def _beeps(
    parameters: Parameters,
    band: tuple[float, float],
    pattern: list[tuple[float, float]],
    period: float,
    seconds: float,
) -> Samples:
    """Returns beeps of one pitch by a pattern, float32[n]."""
    count = length(seconds)
    pulses = repeated(pattern, period, float(parameters.rng.uniform(0.02, 0.4)), seconds)
    partials = SQUARE if parameters.chance(0.3) else PIEZO_PARTIALS
    pitch = parameters.between(*band)
    return at_peak(tone(pitch, count, partials) * envelope(count, pulses, 0.003, 0.005))


def _sweeps(
    parameters: Parameters, count: int, band: tuple[float, float], rates: tuple[float, float]
) -> Floats:
    """Returns a siren that sweeps up, down, up and down, or steps between two tones, float64."""
    low = parameters.between(band[0], 0.6 * band[1])
    high = low + parameters.between(0.2, 0.9) * (band[1] - low)
    turn = np.arange(count) / RATE_HZ * parameters.between(*rates) % 1.0
    shapes = (turn, 1 - turn, 1 - np.abs(2 * turn - 1), (turn > 0.5).astype(np.float64))  # noqa: PLR2004 - half a turn
    shape = shapes[int(parameters.rng.integers(len(shapes)))]
    return tone(low * (high / low) ** shape, count, PIEZO_PARTIALS)


def _start(parameters: Parameters, period: float) -> float:
    """Returns an onset of the first period that may lie before the sound."""
    return float(parameters.rng.uniform(-period, 0.2))
