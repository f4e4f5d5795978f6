"""The parts of made sounds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost_training.synthesis.signals import (
    HIGHEST_HZ,
    RATE_HZ,
    SOUND_SPEED,
    SQUARE,
    at_peak,
    envelope,
    passing,
    repeated,
    tone,
)


@given(st.floats(100, 7_500))
def test_a_tone_has_no_partial_above_the_band(pitch: float) -> None:
    """Aliased partials would be inharmonic, as no loudspeaker is."""
    samples = tone(pitch, RATE_HZ, SQUARE)
    power = np.abs(np.fft.rfft(samples * np.hanning(RATE_HZ))) ** 2
    near_partials = np.zeros(len(power), bool)
    for order, _ in SQUARE:
        at = round(order * pitch)
        if order * pitch < HIGHEST_HZ:
            near_partials[max(0, at - 4) : at + 5] = True
    assert power[~near_partials].sum() < 1e-3 * power.sum()


def test_pulses_repeat_until_the_end() -> None:
    """Those that end before the sound begins are left out."""
    pulses = repeated([(0.0, 0.1), (0.5, 0.1)], 2.0, -1.8, 4.0)
    assert [onset for onset, _ in pulses] == pytest.approx([0.2, 0.7, 2.2, 2.7])
    assert {duration for _, duration in pulses} == {0.1}


@given(st.floats(-0.2, 0.8), st.floats(0.01, 0.3))
def test_an_envelope_is_on_during_its_pulse_only(onset: float, duration: float) -> None:
    """It rises from 0 at the onset, and is gone ten time constants after the end."""
    shape = envelope(RATE_HZ, [(onset, duration)], 0.001, 0.01)
    assert shape.shape == (RATE_HZ,)
    assert shape.min() >= 0
    assert shape.max() <= 1
    assert not shape[: max(0, round(onset * RATE_HZ))].any()
    assert not shape[max(0, round((onset + duration + 0.101) * RATE_HZ)) :].any()
    middle = round((onset + 0.9 * duration) * RATE_HZ)
    if 0 <= middle < RATE_HZ:
        assert shape[middle] > 0.99


@given(st.integers(0, 2**32 - 1))
def test_a_passing_source_approaches_higher_and_leaves_lower(seed: int) -> None:
    """The factor falls all the time; at up to 25 m/s it stays within 1 ± 0.08."""
    factor, gain = passing(np.random.default_rng(seed), 4 * RATE_HZ)
    assert (np.diff(factor) <= 1e-12).all()
    assert factor.min() >= 1 / (1 + 25 / SOUND_SPEED)
    assert factor.max() <= 1 / (1 - 25 / SOUND_SPEED)
    assert gain.min() > 0
    assert gain.max() <= 1


def test_silence_has_no_peak_to_raise() -> None:
    """Nothing is divided by zero."""
    assert not at_peak(np.zeros(8)).any()
    assert not len(at_peak(np.zeros(0)))
