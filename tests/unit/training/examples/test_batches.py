"""What the network is shown."""

from pathlib import Path

import numpy as np
import pytest

from soundpost_training.dataset import Dataset, Features, prepare
from soundpost_training.dataset.readers.esc50 import read_esc50
from soundpost_training.examples.batches import TrainingBatches, mixed_targets
from soundpost_training.examples.sound_bank import SoundBank, allowed_starts
from soundpost_training.experiment.experiment import Experiment, load_experiment

pytestmark = pytest.mark.training


@pytest.fixture
def experiment(experiment_file: Path) -> Experiment:
    """The tiny experiment."""
    return load_experiment(experiment_file)


@pytest.fixture
def dataset(tones: Path) -> Dataset:
    """The tones."""
    return read_esc50(tones)


@pytest.fixture
def features(dataset: Dataset, experiment: Experiment, tmp_path: Path) -> Features:
    """Their log-mel."""
    return prepare(dataset, experiment.features, tmp_path)[1]


def test_epoch_and_batch_decide_a_batch(
    experiment: Experiment, dataset: Dataset, features: Features
) -> None:
    """A restarted run sees the batches that it would have seen."""
    bank = SoundBank.of(experiment, dataset, features, dataset.in_folds([1, 2]))
    one, two = TrainingBatches(experiment, bank, 4), TrainingBatches(experiment, bank, 4)
    one[0], one[2]
    one.epoch = two.epoch = 3
    for given, again in zip(one[1], two[1], strict=True):
        assert np.array_equal(given, again)
    two.epoch = 4
    assert not np.array_equal(one[1][0], two[1][0])


def test_an_epoch_shows_every_clip(
    experiment: Experiment, dataset: Dataset, features: Features
) -> None:
    """Each clip is first of a pair at least once, but for the few that silence replaces."""
    clips = dataset.in_folds([1, 2])
    bank = SoundBank.of(experiment, dataset, features, clips)
    examples = TrainingBatches(experiment, bank, 4)
    assert len(examples) * 4 >= len(clips)
    shown = {
        int(clip)
        for epoch in range(3)
        for batch in range(len(examples))
        for clip in _draw(examples, epoch, batch)
    }
    assert set(range(len(clips))) <= shown


def _draw(examples: TrainingBatches, epoch: int, batch: int) -> np.ndarray:
    examples.epoch = epoch
    return examples.draw(batch).clips[:, 0]


def test_a_held_out_clip_is_not_in_the_bank(
    experiment: Experiment, dataset: Dataset, features: Features
) -> None:
    """The bank of the training folds has no frame of the held-out fold's clips."""
    held_out = dataset.in_folds([3])
    bank = SoundBank.of(experiment, dataset, features, dataset.in_folds([1, 2]))
    there = {frame.tobytes() for frame in bank.features.log_mel}
    assert not any(frame.tobytes() in there for clip in held_out for frame in features.clip(clip))


def test_targets_are_shares(experiment: Experiment, dataset: Dataset, features: Features) -> None:
    """A mixture's target sums to one and is what its two clips' targets say, by share."""
    bank = SoundBank.of(experiment, dataset, features, dataset.in_folds([1, 2]))
    examples = TrainingBatches(experiment, bank, 4)
    drawn = examples.draw(0)
    targets = mixed_targets(drawn, bank)
    np.testing.assert_allclose(targets.sum(axis=1), 1.0, atol=1e-6)
    first, second = drawn.clips[0]
    expected = drawn.shares[0] * bank.targets[first] + (1 - drawn.shares[0]) * bank.targets[second]
    np.testing.assert_allclose(targets[0], expected, atol=1e-6)


def test_silence_and_noise_have_no_label(
    experiment: Experiment, dataset: Dataset, features: Features
) -> None:
    """What is in the bank beyond the clips is taught as nothing in particular."""
    bank = SoundBank.of(experiment, dataset, features, dataset.in_folds([1, 2]))
    assert len(bank.targets) > bank.clips
    np.testing.assert_allclose(bank.targets[bank.clips :], 1 / len(dataset.labels))


def test_a_crop_never_holds_padding_alone() -> None:
    """A short bark in digital silence is inside every crop that may be cut."""
    log_mel = np.full((498, 64), np.log(0.001), np.float32)
    log_mel[100:140] = 2.0
    for start in allowed_starts(log_mel, 192):
        rows = (start + np.arange(192)) % 498
        assert (log_mel[rows].max(axis=1) > 0).sum() >= 20


def test_any_start_will_do_in_silence() -> None:
    """A clip that is silent throughout has no better place than another."""
    assert len(allowed_starts(np.full((60, 64), -6.9, np.float32), 192)) == 60
