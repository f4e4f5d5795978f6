"""Alarms and beeps that are not smoke alarms, measured on their samples."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from well_made_sounds import Sound, assert_well_made, parameters

from soundpost_training.synthesis import beeps
from soundpost_training.synthesis.signals import PEAK, RATE_HZ, Samples

SOUNDS = [
    beeps.reversing_beeper,
    beeps.intruder_siren,
    beeps.car_alarm,
    beeps.alarm_clock,
    beeps.oven_beep,
    beeps.till_beep,
    beeps.dialling,
    beeps.telephone,
    beeps.doorbell,
]
SEEDS = st.integers(0, 2**32 - 1)


def onsets(samples: Samples) -> np.ndarray:
    """The times at which a sound begins after 10 ms without one, in seconds."""
    frame = RATE_HZ // 200
    power = np.abs(samples[: len(samples) // frame * frame]).reshape(-1, frame).max(axis=1)
    is_on = power > 0.3 * PEAK
    return np.flatnonzero(is_on[2:] & ~is_on[1:-1] & ~is_on[:-2]) * frame / RATE_HZ


@pytest.mark.parametrize("sound", SOUNDS)
@given(seed=SEEDS, seconds=st.floats(2.0, 6.0), held_out=st.booleans())
@settings(deadline=None, max_examples=12)
def test_a_sound_is_bounded_finite_and_the_same_for_a_seed(
    sound: Sound, seed: int, seconds: float, *, held_out: bool
) -> None:
    """Its length is the requested one, its peak is that of all made sounds."""
    assert_well_made(sound, seed, seconds, held_out=held_out)


@pytest.mark.parametrize("seed", range(6))
def test_a_reversing_vehicle_beeps_60_to_140_times_a_minute(seed: int) -> None:
    """Regularly, unlike the groups of three of a smoke alarm."""
    intervals = np.diff(onsets(beeps.reversing_beeper(parameters(seed), 10.0)))
    assert (intervals > 60 / 141).all()
    assert (intervals < 60 / 59).all()
    assert np.ptp(intervals) < 0.03


@pytest.mark.parametrize("seed", range(6))
def test_an_oven_beeps_at_most_five_times(seed: int) -> None:
    """Twenty seconds later no pattern has repeated."""
    assert 3 <= len(onsets(beeps.oven_beep(parameters(seed), 20.0))) <= 5


@pytest.mark.parametrize("seed", range(4))
def test_a_dialled_digit_is_one_low_and_one_high_tone(seed: int) -> None:
    """The two strongest frequencies are of the two groups of ITU-T Q.23, within 1.5 %."""
    samples = beeps.dialling(parameters(seed), 2.0)
    onset = round((onsets(samples)[1] + 0.01) * RATE_HZ)
    digit = samples[onset : onset + RATE_HZ // 25]
    spectrum = np.abs(np.fft.rfft(digit * np.hanning(len(digit)), RATE_HZ))
    low, high = spectrum[:1_075].argmax(), 1_075 + spectrum[1_075:].argmax()
    assert min(abs(low / hertz - 1) for hertz in beeps.DTMF_LOW_HZ) < 0.015
    assert min(abs(high / hertz - 1) for hertz in beeps.DTMF_HIGH_HZ) < 0.015
    assert 0.5 < spectrum[low] / spectrum[high] < 1.2
