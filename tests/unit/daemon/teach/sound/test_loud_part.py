"""The windows that have the loud part of a clip are found by themselves."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_clips import RATE_HZ

from soundpost.teach.sound.loud_part import loud_windows, loudest_stretch

WINDOW, STRIDE = 31_760, 3_840


def clip(at_seconds: float, seconds: float, length: float = 8.0) -> np.ndarray:
    """Returns a tone in faint noise."""
    time = np.arange(round(length * RATE_HZ)) / RATE_HZ
    inside = (time >= at_seconds) & (time < at_seconds + seconds)
    tone = 8_000 * np.sin(2 * np.pi * 900 * time) * inside
    return (tone + np.random.default_rng(1).normal(0.0, 30.0, len(time))).astype(np.int16)


def starts(samples: np.ndarray) -> np.ndarray:
    """Returns the first samples of the windows of a clip."""
    return np.arange(0, len(samples) - WINDOW + 1, STRIDE)


@settings(max_examples=30, deadline=None)
@given(st.floats(0.5, 6.5), st.floats(0.1, 1.0))
def test_windows_with_most_of_a_short_sound_are_chosen(at: float, seconds: float) -> None:
    """Those with none of it are not, nor those with a small part."""
    samples = clip(at, seconds)
    firsts = starts(samples)
    chosen = loud_windows(samples, firsts, WINDOW, RATE_HZ)
    begin, end = at * RATE_HZ, (at + seconds) * RATE_HZ
    share = (np.minimum(firsts + WINDOW, end) - np.maximum(firsts, begin)) / (end - begin)
    assert chosen.any()
    assert (share[chosen] > 0.3).all()
    assert chosen[share > 0.7].all()


def test_all_windows_of_a_steady_sound_are_chosen() -> None:
    """It has no loud part: all of it is the sound."""
    noise = np.random.default_rng(0).normal(0.0, 3_000.0, 80_000).astype(np.int16)
    assert loud_windows(noise, starts(noise), WINDOW, RATE_HZ).mean() > 0.8
    silence = np.zeros(80_000, np.int16)
    assert loud_windows(silence, starts(silence), WINDOW, RATE_HZ).all()


@pytest.mark.parametrize("at", [0.0, 3.3, 7.0])
def test_the_loudest_stretch_has_the_sound(at: float) -> None:
    """A short clip is returned whole."""
    samples = clip(at, 1.0)
    stretch = loudest_stretch(samples, 2 * RATE_HZ, RATE_HZ)
    assert len(stretch) == 2 * RATE_HZ
    energy = np.square(stretch.astype(float)).sum() / np.square(samples.astype(float)).sum()
    assert energy > 0.98
    assert loudest_stretch(samples, 9 * RATE_HZ, RATE_HZ) is samples
