"""The choice of the sounds of an example."""

import numpy as np
import pytest

from soundpost.features import FeatureSpec
from soundpost_training.dataset.features import Features
from soundpost_training.examples.mixing import choose_pairs
from soundpost_training.examples.sound_bank import SoundBank
from soundpost_training.experiment.data import AugmentConfig, ReverbConfig

SOUND = np.zeros((4, 64), np.float32)


def sound_bank(copies: int = 0, background: int = 0) -> SoundBank:
    """Three clips, reverberated copies of each, two quiet sounds, and background."""
    clips = 3 * (1 + copies)
    sounds = clips + 2 + background
    return SoundBank(
        features=Features.joined(FeatureSpec(), [SOUND] * sounds),
        dry=3,
        clips=clips,
        quiet=clips + 2,
        starts=[np.arange(4)] * sounds,
        targets=np.full((sounds, 2), 0.5, np.float32),
        folds=np.zeros(sounds, np.int64),
        beneath=np.empty(0, np.int64),
        owners=np.array([0, 1, 2] * (1 + copies) + [-1] * (2 + background)),
    )


def choose(config: AugmentConfig, bank: SoundBank) -> np.ndarray:
    """The pairs of 4000 examples of the first clip."""
    return choose_pairs(np.random.default_rng(0), config, bank, np.zeros(4000, np.int64))


def test_half_of_the_examples_without_a_label_are_background() -> None:
    """Silence and faint noise are the other half, however many recordings there are."""
    bank = sound_bank(background=5)
    pairs = choose(AugmentConfig(negative_share=1.0), bank)
    assert (pairs >= bank.clips).all()
    assert np.mean(pairs[:, 0] >= bank.quiet) == pytest.approx(0.5, abs=0.05)


def test_an_example_without_a_label_has_one_sound() -> None:
    """It is not mixed with a clip."""
    pairs = choose(AugmentConfig(negative_share=0.5), sound_bank())
    negative = (pairs >= 3).any(axis=1)
    assert 0.4 < negative.mean() < 0.6
    assert (pairs[negative, 0] == pairs[negative, 1]).all()


def test_a_share_of_clips_is_replaced_by_their_own_copies() -> None:
    """A copy is one of the same clip; without the table no copy is taken."""
    bank = sound_bank(copies=2)
    config = AugmentConfig(negative_share=0.0, rooms=ReverbConfig(folder="x", share=0.5))
    pairs = choose(config, bank)
    copies = pairs >= bank.dry
    assert copies.mean() == pytest.approx(0.5, abs=0.05)
    owners = np.where(copies, (pairs - bank.dry) // bank.copies, pairs)
    assert (owners[:, 0] == 0).all()
    assert set(owners[:, 1].tolist()) == {0, 1, 2}
    assert (choose(AugmentConfig(negative_share=0.0), bank) < bank.dry).all()
