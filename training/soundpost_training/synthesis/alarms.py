"""Smoke and carbon monoxide alarms, as their standards define them.

Sources: ISO 8201:2017 (audible emergency evacuation signal), NFPA 72 (National Fire Alarm and
Signaling Code), chapter 18 (temporal-three, temporal-four, and the 520 Hz ± 10 % square wave for
sleeping areas), UL 217 and UL 2034 (smoke and carbon monoxide alarms for homes), EN 14604 (smoke
alarms in Europe).
"""

from typing import NamedTuple

import numpy as np

from soundpost_training.synthesis.parameters import Parameters
from soundpost_training.synthesis.signals import (
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

TIMING_TOLERANCE = 0.1
"""Of each phase of both patterns: ± 10 %."""
PIEZO_HZ = (3_000.0, 3_400.0)
"""The resonance of the usual 20 to 35 mm disc in its horn."""
LOW_HZ, LOW_TOLERANCE = 520.0, 0.1

Pulses = list[tuple[float, float]]


class Pattern(NamedTuple):
    """A coded signal: equal pulses, then a pause."""

    pulses: int
    on_seconds: float
    off_seconds: float
    pause_seconds: float


TEMPORAL_THREE = Pattern(3, 0.5, 0.5, 1.5)
"""ISO 8201, NFPA 72: 0.5 s on, 0.5 s off, three times, the last off phase 1.5 s long."""
TEMPORAL_FOUR = Pattern(4, 0.1, 0.1, 5.0)
"""NFPA 72, UL 2034: four pulses of 0.1 s, 0.1 s apart, then 5 s without sound (the first 4 min)."""


def smoke_alarm(parameters: Parameters, seconds: float) -> Samples:
    """Returns an alarm with the temporal-three pattern and a piezo sounder, float32[n]."""
    return _alarm(parameters, seconds, TEMPORAL_THREE, is_low=False)


def smoke_alarm_low(parameters: Parameters, seconds: float) -> Samples:
    """Returns a temporal-three alarm of 520 Hz for sleeping areas, float32[n]."""
    return _alarm(parameters, seconds, TEMPORAL_THREE, is_low=True)


def carbon_monoxide_alarm(parameters: Parameters, seconds: float) -> Samples:
    """Returns an alarm with the temporal-four pattern, float32[n].

    It begins with the pulses, or within them: of 5.7 s of a period, 5 are silent.
    """
    is_low = parameters.chance(0.15)  # combined smoke and CO alarms for sleeping areas
    return _alarm(parameters, seconds, TEMPORAL_FOUR, is_low=is_low)


def continuous_alarm(parameters: Parameters, seconds: float) -> Samples:
    """Returns the fast beeps or warble of European smoke alarms without a pattern, float32[n].

    EN 14604 sets the level (85 dB(A) at 3 m) and no pattern: most sounders there beep two to five
    times a second or sweep a few hundred hertz.
    """
    count = length(seconds)
    rate = parameters.between(2, 5)
    pulses = repeated([(0.0, parameters.between(0.4, 0.9) / rate)], 1 / rate, 0.0, seconds)
    sound = _piezo(parameters, count, pulses)
    if parameters.chance(0.3):
        center = parameters.between(2_600, 3_300)
        sweep = center + 350 * np.sin(2 * np.pi * rate * clock(count))
        sound = tone(sweep, count, ((1, 1.0), (2, 0.2)))
    return at_peak(sound)


def low_battery_chirp(parameters: Parameters, seconds: float) -> Samples:
    """Returns one chirp of a weak battery, float32[n]; the next comes 30 to 60 s later.

    Its label is `alarm`: nothing burns.
    """
    count = length(seconds)
    duration = parameters.between(0.02, 0.15)
    onset = float(parameters.rng.uniform(0.1, max(0.11, min(1.5, seconds - duration))))
    return at_peak(_piezo(parameters, count, [(onset, duration)]))


def pulses_of(pattern: Pattern, parameters: Parameters, start: float, seconds: float) -> Pulses:
    """Returns onset and duration of each pulse of a pattern, with the tolerances of a device.

    The clock of a device is off by a factor that stays: all its periods are equal.
    """
    on = parameters.close_to(pattern.on_seconds, TIMING_TOLERANCE)
    off = parameters.close_to(pattern.off_seconds, TIMING_TOLERANCE)
    pause = parameters.close_to(pattern.pause_seconds, TIMING_TOLERANCE)
    within = [(turn * (on + off), on) for turn in range(pattern.pulses)]
    period = pattern.pulses * (on + off) - off + pause
    return repeated(within, period, start, seconds)


def _alarm(parameters: Parameters, seconds: float, pattern: Pattern, *, is_low: bool) -> Samples:
    """Returns a pattern that begins at the start of the sound, or within its pulses."""
    within = pattern.pulses * (pattern.on_seconds + pattern.off_seconds) - pattern.off_seconds
    start = float(parameters.rng.uniform(-0.5 * within, 0.2))
    pulses = pulses_of(pattern, parameters, start, seconds)
    count = length(seconds)
    return at_peak((_square if is_low else _piezo)(parameters, count, pulses))


def _piezo(parameters: Parameters, count: int, pulses: Pulses) -> Floats:
    """Returns pulses of a self-oscillating piezo disc, float64[count].

    Each pulse has a pitch of its own within 0.3 %, and rises into it while the feedback settles.
    """
    resonance = parameters.between(*PIEZO_HZ)
    attack, release = parameters.rng.uniform(0.001, 0.01, 2)
    # The horn resonates at the fundamental; the square drive leaves a rest of the second partial.
    partials = ((1, 1.0), (2, float(parameters.rng.uniform(0.02, 0.35))))
    return _pulsed(parameters, count, pulses, (resonance, attack, release), partials)


def _square(parameters: Parameters, count: int, pulses: Pulses) -> Floats:
    """Returns pulses of a 520 Hz square wave from a small loudspeaker, float64[count]."""
    pitch = parameters.between(LOW_HZ * (1 - LOW_TOLERANCE), LOW_HZ * (1 + LOW_TOLERANCE))
    return _pulsed(parameters, count, pulses, (pitch, 0.002, 0.003), SQUARE)


def _pulsed(
    parameters: Parameters,
    count: int,
    pulses: Pulses,
    resonator: tuple[float, float, float],
    partials: tuple[tuple[float, float], ...],
) -> Floats:
    """Returns pulses of one sounder: its pitch, attack and release; float64[count]."""
    pitch, attack, release = resonator
    seconds = clock(count)
    frequency = np.full(count, pitch)
    for onset, _ in pulses:
        since = seconds - onset
        drift = pitch * float(parameters.rng.normal(0, 0.001))
        settling = -0.003 * pitch * np.exp(-np.maximum(since, 0) / 0.03)
        frequency = np.where(since >= 0, pitch + np.clip(drift, -10, 10) + settling, frequency)
    return tone(frequency, count, partials) * envelope(count, pulses, attack, release)
