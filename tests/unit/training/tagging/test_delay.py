"""Delay: an example moves towards the end of its window, above a quieter sound."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundpost_training.tagging.delay import LEAST_FRAMES, QUIET_DB, delay

pytestmark = pytest.mark.training

FRAMES, BANDS = 60, 8


def bang(frame: int) -> np.ndarray:
    """Returns the amplitudes of one example with a loud frame, float32[1, frames, bands]."""
    amplitude = np.full((1, FRAMES, BANDS), 0.01, np.float32)
    amplitude[:, frame] = 1.0
    return amplitude


NOISE = np.ones((1, FRAMES, BANDS), np.float32)


@settings(max_examples=50)
@given(seed=st.integers(0, 2**32), frame=st.integers(0, FRAMES - 1))
def test_the_loudest_frame_moves_later_and_stays_in_the_window(seed: int, frame: int) -> None:
    """It never moves to an earlier frame, nor into the last frames."""
    amplitude = bang(frame)
    delay(np.random.default_rng(seed), amplitude, NOISE)
    moved = int(np.square(amplitude).sum(axis=2).argmax())
    assert frame <= moved < max(frame + 1, FRAMES - LEAST_FRAMES)


def test_every_place_behind_it_is_drawn() -> None:
    """A thousand delays of a sound in the middle end in each frame that is left."""
    places = set()
    for seed in range(1000):
        amplitude = bang(30)
        delay(np.random.default_rng(seed), amplitude, NOISE)
        places.add(int(np.square(amplitude).sum(axis=2).argmax()))
    assert places == set(range(30, FRAMES - LEAST_FRAMES))


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32))
def test_what_precedes_the_sound_is_the_other_one_far_below_it(seed: int) -> None:
    """Its level is within QUIET_DB below that of the example."""
    amplitude = bang(0)
    level = np.sqrt(np.square(amplitude).sum(axis=2).mean())
    delay(np.random.default_rng(seed), amplitude, NOISE)
    first = int(np.square(amplitude).sum(axis=2).argmax())
    if not first:
        return
    before = np.sqrt(np.square(amplitude[:, :first]).sum(axis=2).mean())
    assert QUIET_DB[0] - 0.1 <= 20.0 * np.log10(level / before) <= QUIET_DB[1] + 0.1


def test_silence_stays_silent() -> None:
    """Neither a silent example nor a silent other sound gives values that are not finite."""
    amplitude = np.zeros((2, FRAMES, BANDS), np.float32)
    delay(np.random.default_rng(1), amplitude, np.zeros_like(amplitude))
    assert not amplitude.any()
