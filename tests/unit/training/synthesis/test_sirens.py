"""Sirens and horns, measured on their samples."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from well_made_sounds import Sound, assert_well_made, parameters

from soundpost_training.synthesis import sirens
from soundpost_training.synthesis.signals import RATE_HZ, Samples

SOUNDS = [
    sirens.wail,
    sirens.yelp,
    sirens.two_tone,
    sirens.civil_defence,
    sirens.air_horn,
    sirens.car_horn,
]
SEEDS = st.integers(0, 2**32 - 1)
FRAME = RATE_HZ // 25


def pitches(samples: Samples) -> np.ndarray:
    """The strongest frequency of each 40 ms, in hertz."""
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME) * np.hanning(FRAME)
    strongest: np.ndarray = np.abs(np.fft.rfft(frames, RATE_HZ)).argmax(axis=1)
    return strongest


@pytest.mark.parametrize("sound", SOUNDS)
@given(seed=SEEDS, seconds=st.floats(2.0, 6.0), held_out=st.booleans())
@settings(deadline=None, max_examples=12)
def test_a_sound_is_bounded_finite_and_the_same_for_a_seed(
    sound: Sound, seed: int, seconds: float, *, held_out: bool
) -> None:
    """Its length is the requested one, its peak is that of all made sounds."""
    assert_well_made(sound, seed, seconds, held_out=held_out)


@pytest.mark.parametrize(("sound", "rates"), [(sirens.wail, (10, 30)), (sirens.yelp, (150, 250))])
@pytest.mark.parametrize("seed", range(4))
def test_wail_and_yelp_have_the_rates_of_the_standard(
    sound: Sound, rates: tuple[float, float], seed: int
) -> None:
    """Cycles a minute of SAE J1849, counted as rises through the middle of the sweep."""
    pitch = pitches(sound(parameters(seed), 24.0)).astype(float)
    assert pitch.min() > 400
    assert pitch.max() < 2_000
    is_high = pitch > np.sqrt(pitch.min() * pitch.max())
    cycles_a_minute = (is_high[1:] & ~is_high[:-1]).sum() * 60 / 24
    assert rates[0] - 3 <= cycles_a_minute <= rates[1] + 3


@pytest.mark.parametrize("seed", range(6))
def test_a_two_tone_siren_has_two_tones_a_fourth_apart(seed: int) -> None:
    """Within 5 % of the interval and the Doppler shift of a passing vehicle."""
    pitch = pitches(sirens.two_tone(parameters(seed), 4.0))
    low, high = np.percentile(pitch, (15, 85))
    assert 330 < low < 510
    assert 1.15 < high / low < 1.55


@pytest.mark.parametrize("sound", [sirens.air_horn, sirens.car_horn])
@pytest.mark.parametrize("seed", range(4))
def test_a_horn_is_silent_before_and_rich_in_partials(sound: Sound, seed: int) -> None:
    """More than a fifth of its energy lies above its strongest partial's neighbourhood."""
    samples = sound(parameters(seed), 4.0)
    assert not samples[: RATE_HZ // 25].any()
    power = np.abs(np.fft.rfft(samples)) ** 2
    hertz = np.fft.rfftfreq(len(samples), 1 / RATE_HZ)
    assert power[hertz > 600].sum() > 0.2 * power.sum()
