"""The background of soundscapes."""

import numpy as np
import pytest

from soundpost_training.errors import DatasetError
from soundpost_training.soundscape.compose.background import Background, rms
from soundpost_training.soundscape.compose.recipe import Recipe

RATE_HZ = 16_000
RECIPE = Recipe(fold=1, seed=0, background_range_db=0.0)


def background(*clips: np.ndarray) -> Background:
    """Returns the background of some clips, always drawn in the same way."""
    return Background(np.random.default_rng(0), clips, RECIPE, RATE_HZ)


@pytest.fixture(scope="module")
def hiss() -> np.ndarray:
    """Three seconds of noise, int16[n]."""
    return np.random.default_rng(1).normal(0.0, 500.0, 3 * RATE_HZ).astype(np.int16)


def test_the_background_has_the_level_of_the_recipe(hiss: np.ndarray) -> None:
    """Half a minute of looped noise, after the first fade-in, is at -45 dBFS."""
    stream = background(hiss)
    stream.read(RATE_HZ)
    assert 20 * np.log10(rms(stream.read(30 * RATE_HZ))) == pytest.approx(-45.0, abs=0.5)


def test_the_pieces_that_are_read_do_not_change_the_signal(hiss: np.ndarray) -> None:
    """Many short reads give the same samples as a long one."""
    pieces = background(hiss)
    parts = [pieces.read(samples) for samples in (1, 7_000, 0, 30_000, 11_000)]
    assert np.array_equal(np.concatenate(parts), background(hiss).read(48_001))


def test_a_background_clip_with_silence_is_refused(hiss: np.ndarray) -> None:
    """Digital silence is padding: no place outdoors is that quiet."""
    padded = np.concatenate((hiss[:RATE_HZ], np.zeros(RATE_HZ, np.int16)))
    with pytest.raises(DatasetError, match="silence"):
        background(padded)


def test_a_clip_shorter_than_two_fades_is_no_background(hiss: np.ndarray) -> None:
    """It would be nothing but fades."""
    with pytest.raises(DatasetError):
        background(hiss[: RATE_HZ - 100])


def test_a_background_with_a_loud_click_leaves_headroom() -> None:
    """At the level of the others its peak would be far over full scale: it gets a lower level."""
    click = np.full(32_000, 2, np.int16)
    click[1::2] = -2
    click[16_000] = 3000
    stream = Background(np.random.default_rng(0), [click], Recipe(fold=1, seed=0), RATE_HZ)
    assert np.abs(stream.read(160_000)).max() <= 0.75  # two of them where one fades into the next
