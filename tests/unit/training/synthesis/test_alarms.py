"""Alarms are measured on their samples: the timing and the pitch that the standards set."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from well_made_sounds import Sound, assert_well_made, parameters

from soundpost_training.synthesis import alarms
from soundpost_training.synthesis.signals import PEAK, RATE_HZ, Samples

SOUNDS = [
    alarms.smoke_alarm,
    alarms.smoke_alarm_low,
    alarms.carbon_monoxide_alarm,
    alarms.continuous_alarm,
    alarms.low_battery_chirp,
]
SEEDS = st.integers(0, 2**32 - 1)


def phases(samples: Samples) -> list[tuple[bool, float]]:
    """The phases between the first and the last change: on or off, and the duration in seconds."""
    frame = RATE_HZ // 200
    power = np.abs(samples[: len(samples) // frame * frame]).reshape(-1, frame).max(axis=1)
    is_on = power > 0.3 * PEAK
    changes = np.flatnonzero(np.diff(is_on)) + 1
    return [
        (bool(is_on[start]), (end - start) * frame / RATE_HZ) for start, end in pairwise(changes)
    ]


def strongest_hz(samples: Samples) -> float:
    """The frequency of the strongest partial."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(spectrum.argmax() * RATE_HZ / len(samples))


@pytest.mark.parametrize("sound", [alarms.smoke_alarm, alarms.smoke_alarm_low])
@pytest.mark.parametrize("seed", range(8))
def test_temporal_three_has_three_pulses_and_a_pause(sound: Sound, seed: int) -> None:
    """0.5 s on, 0.5 s off, each ± 10 %; every third off phase is 1.5 s ± 10 %."""
    measured = phases(sound(parameters(seed), 16.0))
    on = [duration for is_on, duration in measured if is_on]
    off = [duration for is_on, duration in measured if not is_on]
    pauses = [position for position, duration in enumerate(off) if duration > 1.0]
    assert on == pytest.approx([0.5] * len(on), abs=0.07)
    assert [off[position] for position in pauses] == pytest.approx([1.5] * len(pauses), abs=0.17)
    assert [duration for duration in off if duration < 1.0] == pytest.approx(
        [0.5] * (len(off) - len(pauses)), abs=0.07
    )
    assert len(pauses) >= 3
    assert set(np.diff(pauses)) == {3}


@pytest.mark.parametrize("seed", range(8))
def test_temporal_four_has_four_pulses_in_a_second(seed: int) -> None:
    """0.1 s on, 0.1 s off, then 5 s without sound, each ± 10 %."""
    measured = phases(alarms.carbon_monoxide_alarm(parameters(seed), 20.0))
    on = [duration for is_on, duration in measured if is_on]
    off = [duration for is_on, duration in measured if not is_on]
    pauses = [position for position, duration in enumerate(off) if duration > 1.0]
    assert on == pytest.approx([0.1] * len(on), abs=0.025)
    assert [off[position] for position in pauses] == pytest.approx([5.0] * len(pauses), abs=0.55)
    assert len(pauses) >= 2
    assert set(np.diff(pauses)) == {4}


@given(seed=SEEDS, held_out=st.booleans())
@settings(deadline=None, max_examples=30)
def test_a_piezo_sounds_between_three_and_three_point_four_kilohertz(
    seed: int, *, held_out: bool
) -> None:
    """The drift of its pulses stays within 0.5 %."""
    samples = alarms.smoke_alarm(parameters(seed, held_out=held_out), 5.0)
    assert 2_985 < strongest_hz(samples) < 3_417


@given(SEEDS)
@settings(deadline=None, max_examples=30)
def test_the_low_alarm_is_a_square_wave_of_520_hertz(seed: int) -> None:
    """It has the third partial at a third of the fundamental's amplitude, and no second one."""
    samples = alarms.smoke_alarm_low(parameters(seed), 5.0)
    pitch = strongest_hz(samples)
    assert 520 * 0.895 < pitch < 520 * 1.105
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    level = [
        np.sqrt(power[round(order * pitch * 5.0) + np.arange(-80, 81)].sum()) for order in (1, 2, 3)
    ]
    assert level[2] / level[0] == pytest.approx(1 / 3, rel=0.1)
    assert level[1] < 0.05 * level[0]


@given(SEEDS)
@settings(deadline=None, max_examples=30)
def test_a_chirp_is_short_and_sounds_once(seed: int) -> None:
    """At most 0.2 s of 5 s are louder than a tenth of the peak."""
    samples = alarms.low_battery_chirp(parameters(seed), 5.0)
    loud = np.flatnonzero(np.abs(samples) > 0.1 * PEAK)
    assert 0.01 < (loud[-1] - loud[0]) / RATE_HZ < 0.2


@pytest.mark.parametrize("sound", SOUNDS)
@given(seed=SEEDS, seconds=st.floats(1.0, 6.0), held_out=st.booleans())
@settings(deadline=None, max_examples=15)
def test_an_alarm_is_bounded_finite_and_the_same_for_a_seed(
    sound: Sound, seed: int, seconds: float, *, held_out: bool
) -> None:
    """Its length is the requested one, its peak is that of all made sounds."""
    assert_well_made(sound, seed, seconds, held_out=held_out)
