"""Folds and targets of examples."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from soundpost.features import FeatureSpec
from soundpost_training.dataset.features import Features
from soundpost_training.examples.sound_bank import SoundBank

SOUND = np.zeros((4, 64), np.float32)
SOUND_BANK = SoundBank(
    features=Features.joined(FeatureSpec(), [SOUND] * 4),
    dry=2,
    clips=2,
    quiet=3,
    starts=[np.arange(4)] * 4,
    targets=np.array([[0.9, 0.1], [0.1, 0.9], [0.5, 0.5], [0.5, 0.5]], np.float32),
    folds=np.array([1, 2, -1, 9]),
    beneath=np.array([3]),
    owners=np.array([0, 1, -1, -1]),
)
"""Two clips of folds 1 and 2, a stretch of silence, and background of fold 9."""


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.sampled_from([-1, 3])), min_size=1)
)
def test_the_folds_of_an_example_are_those_of_all_its_sounds(
    sounds: list[tuple[int, int, int]],
) -> None:
    """Both clips count, and so does the background; silence and no background have no fold."""
    drawn = np.array(sounds)
    folds = SOUND_BANK.folds_of(drawn[:, :2], drawn[:, 2])
    of_sound = {-1: -1, 0: 1, 1: 2, 2: -1, 3: 9}
    assert folds.tolist() == [[of_sound[sound] for sound in example] for example in sounds]


@given(st.integers(0, 3), st.integers(0, 3), st.floats(0.0, 1.0))
def test_the_target_of_a_mixture_is_its_clips_targets_by_share(
    first: int, second: int, share: float
) -> None:
    """It sums to one."""
    target = SOUND_BANK.mixed_targets(np.array([[first, second]]), np.array([share]))[0]
    assert np.isclose(target.sum(), 1.0)
    expected = share * SOUND_BANK.targets[first] + (1 - share) * SOUND_BANK.targets[second]
    np.testing.assert_allclose(target, expected, atol=1e-6)


def test_background_follows_the_quiet_sounds() -> None:
    """It is at the end, and clips without reverberated copies have none."""
    assert list(SOUND_BANK.background) == [3]
    assert SOUND_BANK.copies == 0
