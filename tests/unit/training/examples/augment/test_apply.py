"""Augmented examples."""

import dataclasses

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.features import FeatureSpec
from soundpost_training.dataset.features import Features
from soundpost_training.examples.augment.apply import apply
from soundpost_training.examples.augment.draw import CropSize, CropSources, Draw, draw
from soundpost_training.experiment.data import AugmentConfig, BackgroundConfig

SPEC = FeatureSpec()
SIZE = CropSize(64, SPEC.mel_bands)
FLOOR = np.float32(np.log(SPEC.log_offset))


def random_features(seed: int) -> Features:
    """Three clips of 40, 64 and 150 frames, the first one silent."""
    rng = np.random.default_rng(seed)
    clips = [
        rng.uniform(FLOOR, 5.0, (frames, SIZE.bands)).astype(np.float32) for frames in (64, 150)
    ]
    return Features.joined(SPEC, [np.full((40, SIZE.bands), FLOOR), *clips])


def draw_some(seed: int, config: AugmentConfig) -> Draw:
    """A draw of six examples over the three clips, from any frame."""
    rng = np.random.default_rng(seed)
    sources = CropSources([np.arange(40), np.arange(64), np.arange(150)])
    return draw(rng, config, rng.integers(0, 3, (6, 2)), sources, SIZE)


@given(st.integers(0, 2**32))
def test_an_example_is_log_mel_that_a_microphone_could_give(seed: int) -> None:
    """It is finite float32, and never below the floor of the features, silence included."""
    examples = apply(draw_some(seed, AugmentConfig()), random_features(seed), SIZE.frames)
    assert examples.shape == (6, *SIZE)
    assert examples.dtype == np.float32
    assert np.isfinite(examples).all()
    assert (examples >= FLOOR - 1e-6).all()


@given(st.integers(0, 2**32))
def test_equal_draws_make_equal_examples(seed: int) -> None:
    """Applying a draw has no randomness of its own."""
    drawn, features = draw_some(seed, AugmentConfig()), random_features(0)
    one, two = (apply(drawn, features, SIZE.frames) for _ in range(2))
    assert np.array_equal(one, two)


@given(st.integers(0, 2**32))
def test_all_settings_at_zero_change_nothing(still: AugmentConfig, seed: int) -> None:
    """Without augmentation an example is the clip itself, circular, to float32 rounding."""
    features = random_features(seed)
    drawn = draw_some(seed, still)
    for example, clip, start in zip(
        apply(drawn, features, SIZE.frames), drawn.clips[:, 0], drawn.starts[:, 0], strict=True
    ):
        rows = (start + np.arange(SIZE.frames)) % features.frames[clip]
        np.testing.assert_allclose(example, features.clip(clip)[rows], atol=2e-3)


def test_a_gain_is_applied_in_decibels(still: AugmentConfig) -> None:
    """Twenty decibels more are ten times the magnitude."""
    config = msgspec.structs.replace(still, quietest_gain_db=20.0, loudest_gain_db=20.0)
    features = random_features(3)
    quiet, loud = (
        np.exp(apply(draw_some(3, settings), features, SIZE.frames)) - SPEC.log_offset
        for settings in (still, config)
    )
    np.testing.assert_allclose(loud, 10 * quiet, rtol=1e-3, atol=1e-4)


def test_sounds_are_mixed_at_equal_level(still: AugmentConfig) -> None:
    """Equal shares of two sounds have equal power, however loud the two were."""
    loud = np.full((64, SIZE.bands), FLOOR)
    quiet = loud.copy()
    loud[:, 10], quiet[:, 50] = 4.0, -2.0
    features = Features.joined(SPEC, [loud, quiet])
    sources = CropSources([np.zeros(1, np.int64)] * 2)
    drawn = draw(np.random.default_rng(0), still, np.array([[0, 1]]), sources, SIZE)
    halves = dataclasses.replace(drawn, shares=np.array([0.5]))
    example = apply(halves, features, SIZE.frames)[0]
    assert example[0, 10] == pytest.approx(example[0, 50], abs=0.01)
    assert example[0, 30] == pytest.approx(FLOOR, abs=1e-5)


@given(st.integers(0, 2**32))
def test_an_equaliser_shifts_each_band_in_all_frames_alike(still: AugmentConfig, seed: int) -> None:
    """The shift is a smooth curve over the bands, within the sum of its half waves."""
    features = random_features(seed)
    drawn = draw_some(seed, msgspec.structs.replace(still, equalizer_db=6.0))
    flat = dataclasses.replace(drawn, curves=np.zeros_like(drawn.curves))
    offset = np.float32(SPEC.log_offset)
    equalised, plain = (
        np.exp(apply(each, features, SIZE.frames).astype(np.float64)) - offset
        for each in (drawn, flat)
    )
    loud = plain > offset
    shift = np.log(np.where(loud, equalised, 1.0) / np.where(loud, plain, 1.0))
    curve = np.max(shift, axis=1, keepdims=True, where=loud, initial=-9.0)
    np.testing.assert_allclose(shift[loud], np.broadcast_to(curve, shift.shape)[loud], atol=2e-2)
    assert np.abs(shift).max() <= 6.0 * (1 + 1 / 2 + 1 / 3) / 8.6 + 2e-2
    assert np.abs(np.diff(curve, axis=2)[(curve > -9.0).all()]).max(initial=0.0) < 0.5


def background_features() -> Features:
    """Two clips, a stretch of silence, and background at a steady level."""
    rng = np.random.default_rng(0)
    sounds = [rng.uniform(-3.0, 3.0, (80, SIZE.bands)).astype(np.float32) for _ in range(2)]
    silence = np.full((80, SIZE.bands), FLOOR)
    return Features.joined(SPEC, [*sounds, silence, np.full((100, SIZE.bands), np.float32(1.0))])


BACKGROUND = CropSources([np.arange(80)] * 3 + [np.arange(100)], np.array([3]))


@given(st.integers(0, 2**32), st.floats(-10.0, 40.0))
def test_background_has_the_drawn_ratio(still: AugmentConfig, seed: int, snr_db: float) -> None:
    """Its power lies below that of the example by the ratio; silence stays silent."""
    mixing = BackgroundConfig(mix_share=1.0, lowest_snr_db=snr_db, highest_snr_db=snr_db)
    config = msgspec.structs.replace(still, background=mixing)
    pairs = np.array([[0, 0], [1, 1], [2, 2]])
    drawn = draw(np.random.default_rng(seed), config, pairs, BACKGROUND, SIZE)
    assert (drawn.beneath == 3).all()
    alone = dataclasses.replace(drawn, beneath=np.full(3, -1))
    features = background_features()
    power, before = (
        (np.exp(apply(each, features, SIZE.frames).astype(np.float64)) - SPEC.log_offset) ** 2
        for each in (drawn, alone)
    )
    added = (power - before)[:2].mean(axis=(1, 2))
    expected = before[:2].mean(axis=(1, 2)) * 10 ** (-snr_db / 10)
    np.testing.assert_allclose(added, expected, rtol=0.02)
    assert (power[2] < 1e-9).all()


@given(st.integers(0, 2**32))
def test_before_its_onset_an_example_is_background_alone(still: AugmentConfig, seed: int) -> None:
    """From the onset on it is the mixture that it would be without a later onset."""
    mixing = BackgroundConfig(mix_share=0.5, begin_share=1.0, lowest_snr_db=6.0)
    config = msgspec.structs.replace(still, background=mixing)
    rng = np.random.default_rng(seed)
    drawn = draw(rng, config, np.zeros((8, 2), np.int64), BACKGROUND, SIZE)
    at_once = dataclasses.replace(drawn, onsets=np.zeros(8, np.int64))
    features = background_features()
    late, early = (apply(each, features, SIZE.frames) for each in (drawn, at_once))
    for onset, beneath, one, other in zip(drawn.onsets, drawn.beneath, late, early, strict=True):
        np.testing.assert_allclose(one[onset:], other[onset:], rtol=1e-6)
        assert np.ptp(one[:onset]) < 1e-5 if onset else beneath < 0 or np.ptp(one) > 1.0
