"""Random choices of augmentation."""

import msgspec
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from soundpost_training.examples.augment.draw import CropSize, CropSources, Draw, draw
from soundpost_training.experiment.data import AugmentConfig, BackgroundConfig

FRAMES, BANDS = 64, 64
STARTS = [np.arange(40), np.arange(64), np.arange(150)]


def draw_some(seed: int, config: AugmentConfig, size: int = 6) -> Draw:
    """A draw over three clips, from any frame."""
    rng = np.random.default_rng(seed)
    clips = rng.integers(0, 3, (size, 2))
    return draw(rng, config, clips, CropSources(STARTS), CropSize(FRAMES, BANDS))


@given(st.integers(0, 2**32))
def test_equal_seeds_draw_equally(seed: int) -> None:
    """The state of the generator decides every choice."""
    one, two = (draw_some(seed, AugmentConfig()) for _ in range(2))
    for name in Draw.__slots__:
        assert np.array_equal(getattr(one, name), getattr(two, name))


def test_another_seed_draws_otherwise() -> None:
    """Two seeds do not give the same starts."""
    one, two = (draw_some(seed, AugmentConfig(), 64) for seed in (1, 2))
    assert not np.array_equal(one.starts, two.starts)


@given(st.integers(0, 2**32))
def test_masks_lie_within_the_window(seed: int) -> None:
    """A mask begins and ends inside, and is no longer than configured."""
    drawn = draw_some(seed, AugmentConfig(mask_frames=200, mask_bands=8))
    for masks, longest, extent in (
        (drawn.frame_masks, FRAMES, FRAMES),
        (drawn.band_masks, 8, BANDS),
    ):
        assert (masks >= 0).all()
        assert (masks <= extent).all()
        lengths = masks[..., 1] - masks[..., 0]
        assert (lengths >= 0).all()
        assert (lengths <= longest).all()


@given(st.integers(0, 2**32))
def test_without_an_equaliser_nothing_is_drawn_for_it(seed: int) -> None:
    """The curves are flat, and older experiments get the examples that they got before."""
    drawn = draw_some(seed, AugmentConfig())
    equalised = draw_some(seed, msgspec.structs.replace(AugmentConfig(), equalizer_db=0.0))
    assert not drawn.curves.any()
    assert np.array_equal(drawn.starts, equalised.starts)


@given(st.integers(0, 2**32))
def test_without_the_background_table_nothing_is_drawn_for_it(seed: int) -> None:
    """The generator is left in the same state, so that older experiments get equal examples."""
    states = []
    for backgrounds in (np.empty(0, np.int64), np.array([2])):
        rng = np.random.default_rng(seed)
        sources = CropSources(STARTS, backgrounds)
        draw(rng, AugmentConfig(), np.zeros((4, 2), int), sources, CropSize(FRAMES, BANDS))
        states.append(rng.bit_generator.state)
    assert states[0] == states[1]


@given(st.integers(0, 2**32))
def test_only_examples_with_background_have_a_late_onset(seed: int) -> None:
    """An onset lies in the first three quarters of a window, at 0 without background."""
    mixing = BackgroundConfig(mix_share=0.5, begin_share=1.0)
    config = msgspec.structs.replace(AugmentConfig(), background=mixing)
    sources = CropSources(STARTS, np.array([2]))
    rng = np.random.default_rng(seed)
    drawn = draw(rng, config, np.zeros((8, 2), int), sources, CropSize(FRAMES, BANDS))
    assert (drawn.onsets <= FRAMES * 0.75).all()
    assert (drawn.onsets[drawn.beneath < 0] == 0).all()


def test_a_draw_of_parts_is_that_of_the_whole() -> None:
    """Taking examples apart and joining them again changes nothing."""
    drawn = draw_some(3, AugmentConfig())
    parts = [drawn.take(np.array([0, 1])), drawn.take(np.arange(2, 6))]
    joined = Draw.joined(parts)
    for name in Draw.__slots__:
        assert np.array_equal(getattr(joined, name), getattr(drawn, name))
