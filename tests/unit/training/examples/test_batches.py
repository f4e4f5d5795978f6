"""Batches of augmented examples."""

from pathlib import Path

import numpy as np
import pytest

from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.decode.prepare import prepare
from soundpost_training.dataset.features import Features
from soundpost_training.examples.batches import TrainingBatches
from soundpost_training.examples.build_sound_bank import build_sound_bank
from soundpost_training.examples.sound_bank import SoundBank
from soundpost_training.experiment.experiment import Experiment

pytestmark = pytest.mark.training


@pytest.fixture
def features(dataset: Dataset, experiment: Experiment, tmp_path: Path) -> Features:
    """Their log-mel."""
    return prepare(dataset, experiment.features, tmp_path)[1]


@pytest.fixture
def sound_bank(experiment: Experiment, dataset: Dataset, features: Features) -> SoundBank:
    """The sounds of folds 1 and 2."""
    return build_sound_bank(experiment, dataset, features, dataset.in_folds([1, 2]))


def test_epoch_and_number_decide_a_batch(experiment: Experiment, sound_bank: SoundBank) -> None:
    """A restarted run gets the batches that it would have got."""
    one, two = (TrainingBatches(experiment, sound_bank, 4) for _ in range(2))
    one[0], one[2]
    one.epoch = two.epoch = 3
    for array, again in zip(one[1], two[1], strict=True):
        assert np.array_equal(array, again)
    two.epoch = 4
    assert not np.array_equal(one[1][0], two[1][0])


def test_an_epoch_shows_every_clip(experiment: Experiment, sound_bank: SoundBank) -> None:
    """Each clip is first of a pair at least once, but for the few that silence replaces."""
    batches = TrainingBatches(experiment, sound_bank, 4)
    assert len(batches) * 4 >= sound_bank.dry
    shown: set[int] = set()
    for batches.epoch in range(3):
        for batch in range(len(batches)):
            shown |= set(batches.draw(batch).clips[:, 0].tolist())
    assert set(range(sound_bank.dry)) <= shown


def test_a_batch_has_examples_and_soft_targets(
    experiment: Experiment, sound_bank: SoundBank
) -> None:
    """Examples have a channel axis, and each target sums to 1."""
    examples, targets = TrainingBatches(experiment, sound_bank, 4)[0]
    assert examples.shape == (4, experiment.window.frames, 64, 1)
    np.testing.assert_allclose(targets.sum(axis=1), 1.0, atol=1e-6)
