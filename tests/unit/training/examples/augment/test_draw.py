"""Augmentation: what is drawn, and what is done."""

import dataclasses

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.features import FeatureSpec
from soundpost_training.dataset import Features
from soundpost_training.examples.augment import Draw, apply, draw, negatives
from soundpost_training.experiment.data import AugmentConfig

SPEC = FeatureSpec()
FRAMES, BANDS = 64, SPEC.mel_bands
FLOOR = np.float32(np.log(SPEC.log_offset))


def some_features(seed: int) -> Features:
    """Three clips of 40, 64 and 150 frames, the first one silent."""
    rng = np.random.default_rng(seed)
    clips = [rng.uniform(FLOOR, 5.0, (frames, BANDS)).astype(np.float32) for frames in (64, 150)]
    return Features.joined(SPEC, [np.full((40, BANDS), FLOOR), *clips])


def draw_some(seed: int, config: AugmentConfig, size: int = 6) -> Draw:
    """A draw over the three clips, from any frame."""
    rng = np.random.default_rng(seed)
    clips = rng.integers(0, 3, (size, 2))
    starts = [np.arange(40), np.arange(64), np.arange(150)]
    return draw(rng, config, clips, starts, FRAMES, BANDS)


@given(st.integers(0, 2**32))
def test_a_seed_decides_everything(seed: int) -> None:
    """The same generator state gives the same draw, and the same draw the same examples."""
    one, two = (draw_some(seed, AugmentConfig()) for _ in range(2))
    for name in Draw.__slots__:
        assert np.array_equal(getattr(one, name), getattr(two, name))
    features = some_features(0)
    assert np.array_equal(apply(one, features, FRAMES), apply(two, features, FRAMES))


def test_another_seed_draws_otherwise() -> None:
    """Two seeds do not give the same starts."""
    one, two = (draw_some(seed, AugmentConfig(), 64) for seed in (1, 2))
    assert not np.array_equal(one.starts, two.starts)


@given(st.integers(0, 2**32))
def test_an_example_is_log_mel_that_a_microphone_could_give(seed: int) -> None:
    """Shape, dtype, finiteness, and never below the floor of the features, silence included."""
    examples = apply(draw_some(seed, AugmentConfig()), some_features(seed), FRAMES)
    assert examples.shape == (6, FRAMES, BANDS)
    assert examples.dtype == np.float32
    assert np.isfinite(examples).all()
    assert (examples >= FLOOR - 1e-6).all()


@given(st.integers(0, 2**32))
def test_all_settings_at_zero_change_nothing(still: AugmentConfig, seed: int) -> None:
    """Without augmentation an example is the clip itself, circular, to float32 rounding."""
    features = some_features(seed)
    drawn = draw_some(seed, still)
    for example, clip, start in zip(
        apply(drawn, features, FRAMES), drawn.clips[:, 0], drawn.starts[:, 0], strict=True
    ):
        rows = (start + np.arange(FRAMES)) % features.frames[clip]
        np.testing.assert_allclose(example, features.clip(clip)[rows], atol=2e-3)


@given(st.integers(0, 2**32))
def test_masks_lie_within_the_window(seed: int) -> None:
    """A mask begins and ends inside, and is no longer than configured."""
    config = AugmentConfig(mask_frames=200, mask_bands=8)
    drawn = draw_some(seed, config)
    for masks, longest, extent in (
        (drawn.frame_masks, FRAMES, FRAMES),
        (drawn.band_masks, 8, BANDS),
    ):
        assert (masks >= 0).all()
        assert (masks <= extent).all()
        lengths = masks[..., 1] - masks[..., 0]
        assert (lengths >= 0).all()
        assert (lengths <= longest).all()


def test_gain_is_what_it_says_in_decibels(still: AugmentConfig) -> None:
    """Twenty decibels more are ten times the magnitude."""
    config = msgspec.structs.replace(still, quietest_gain_db=20.0, loudest_gain_db=20.0)
    features = some_features(3)
    quiet, loud = (
        np.exp(apply(draw_some(3, one), features, FRAMES)) - SPEC.log_offset
        for one in (still, config)
    )
    np.testing.assert_allclose(loud, 10 * quiet, rtol=1e-3, atol=1e-4)


def test_a_mixture_is_as_loud_as_what_is_mixed_in_is_made(still: AugmentConfig) -> None:
    """Equal shares of two sounds have equal power, however loud the two were."""
    loud = np.full((64, BANDS), FLOOR)
    quiet = loud.copy()
    loud[:, 10], quiet[:, 50] = 4.0, -2.0
    features = Features.joined(SPEC, [loud, quiet])
    drawn = draw(
        np.random.default_rng(0),
        still,
        np.array([[0, 1]]),
        [np.zeros(1, np.int64)] * 2,
        FRAMES,
        BANDS,
    )
    halves = dataclasses.replace(drawn, shares=np.array([0.5]))
    example = apply(halves, features, FRAMES)[0]
    assert example[0, 10] == pytest.approx(example[0, 50], abs=0.01)
    assert example[0, 30] == pytest.approx(FLOOR, abs=1e-5)


def test_negatives_hold_silence_and_nothing_loud() -> None:
    """The first is digital silence; the others are noise that stays faint."""
    sounds = negatives(np.random.default_rng(0), SPEC, 20, FRAMES)
    assert len(sounds) == 20
    assert (sounds[0] == FLOOR).all()
    assert all(sound.shape == (FRAMES, BANDS) for sound in sounds)
    assert max(sound.max() for sound in sounds) < 0.0
    assert max(sound.max() for sound in sounds[1:]) > FLOOR


@given(st.integers(0, 2**32))
def test_an_equaliser_moves_each_band_by_what_was_drawn(still: AugmentConfig, seed: int) -> None:
    """All frames alike, by a smooth curve that stays within its half waves' sum."""
    features = some_features(seed)
    drawn = draw_some(seed, msgspec.structs.replace(still, equalizer_db=6.0))
    flat = dataclasses.replace(drawn, curves=np.zeros_like(drawn.curves))
    offset = np.float32(SPEC.log_offset)
    one, other = (
        np.exp(apply(each, features, FRAMES).astype(np.float64)) - offset for each in (drawn, flat)
    )
    loud = other > offset
    moved = np.log(np.where(loud, one, 1.0) / np.where(loud, other, 1.0))
    curve = np.max(moved, axis=1, keepdims=True, where=loud, initial=-9.0)
    np.testing.assert_allclose(moved[loud], np.broadcast_to(curve, moved.shape)[loud], atol=2e-2)
    assert np.abs(moved).max() <= 6.0 * (1 + 1 / 2 + 1 / 3) / 8.6 + 2e-2
    assert np.abs(np.diff(curve, axis=2)[(curve > -9.0).all()]).max(initial=0.0) < 0.5


@given(st.integers(0, 2**32))
def test_without_an_equaliser_no_band_moves(seed: int) -> None:
    """Nothing is drawn for it either: older experiments are shown what they were shown."""
    drawn = draw_some(seed, AugmentConfig())
    equalised = draw_some(seed, msgspec.structs.replace(AugmentConfig(), equalizer_db=0.0))
    assert not drawn.curves.any()
    assert np.array_equal(drawn.starts, equalised.starts)
