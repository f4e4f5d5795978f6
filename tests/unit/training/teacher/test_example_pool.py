"""The pool of a teacher whose examples have background beneath and clips in rooms."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile

from soundpost_training.dataset import Dataset, Features, prepare
from soundpost_training.dataset.readers.esc50 import read_esc50
from soundpost_training.dataset.select import as_background
from soundpost_training.examples.batches import TrainingBatches
from soundpost_training.examples.sound_bank import SoundBank
from soundpost_training.experiment.data import AugmentConfig, BackgroundConfig, ReverbConfig
from soundpost_training.experiment.experiment import Experiment, load_experiment
from soundpost_training.teacher import DistillationBatches, Pool, SoftLabels

pytestmark = pytest.mark.training


@pytest.fixture
def augment(tmp_path: Path) -> AugmentConfig:
    """Background beneath half of the examples, and a room for half of the clips."""
    folder = tmp_path / "rooms"
    folder.mkdir()
    soundfile.write(folder / "hall.wav", [1.0, 0.0, 0.5, 0.25], 16_000, "FLOAT")
    return AugmentConfig(
        negative_share=0.2,
        background=BackgroundConfig(),
        rooms=ReverbConfig(folder=str(folder), copies=1),
    )


@pytest.fixture
def experiment(experiment_file: Path, augment: AugmentConfig) -> Experiment:
    """The tiny experiment, augmented so."""
    return msgspec.structs.replace(load_experiment(experiment_file), augment=augment)


@pytest.fixture
def heard(tones: Path, experiment: Experiment, tmp_path: Path) -> tuple[Dataset, Features]:
    """The tones, the high ones as background, each of the others in a room too."""
    dataset = as_background(read_esc50(tones), ("high_tone",))
    rooms = experiment.augment.rooms
    assert isinstance(rooms, ReverbConfig)
    return prepare(dataset, experiment.features, tmp_path / "cache", rooms)


def test_no_student_hears_its_held_out_fold_in_a_room_or_beneath(
    experiment: Experiment, heard: tuple[Dataset, Features]
) -> None:
    """Copies and background of the held-out fold are kept from a student as its clips are."""
    dataset, features = heard
    bank = SoundBank.of(experiment, dataset, features, list(range(len(dataset.clips))))
    examples = TrainingBatches(experiment, bank, 200)
    drawn = examples.draw(0)
    pool = Pool("x", bank, 64, drawn, np.zeros((200, 0), np.float16))
    owners = np.arange(len(bank.targets))
    owners[bank.dry : bank.clips] -= bank.dry  # a copy of each clip, in order
    assert (drawn.clips >= bank.dry).any()
    assert (drawn.beneath >= 0).any()
    for fold in dataset.folds:
        of_fold = np.flatnonzero([clip.fold == fold for clip in dataset.clips])
        behind = bank.quiet + np.flatnonzero([clip.fold == fold for clip in dataset.background])
        usable = pool.usable(fold)
        assert len(usable)
        assert not np.isin(owners[drawn.clips[usable]], [*of_fold, *behind]).any()
        assert not np.isin(drawn.beneath[usable], behind).any()
        forbidden = np.setdiff1d(np.arange(200), usable)
        in_clips = np.isin(owners[drawn.clips[forbidden]], [*of_fold, *behind]).any(axis=1)
        assert (in_clips | np.isin(drawn.beneath[forbidden], behind)).all()


def test_what_has_a_label_comes_before_what_has_none(
    experiment: Experiment, heard: tuple[Dataset, Features]
) -> None:
    """A copy in a room is no silence: whoever asks for the unlabelled asks for the others."""
    dataset, features = heard
    bank = SoundBank.of(experiment, dataset, features, dataset.in_folds([1, 2]))
    uniform = (np.abs(bank.targets - 1 / len(dataset.labels)) < 1e-6).all(axis=1)
    assert not uniform[: bank.clips].any()
    assert uniform[bank.clips :].all()
    assert bank.features.clip(bank.dry).shape == bank.features.clip(bank.clips - 1).shape


def test_a_pool_smaller_than_a_batch_is_shown_whole(
    experiment: Experiment, heard: tuple[Dataset, Features]
) -> None:
    """Few recordings and few passes leave a student few examples: it learns from these."""
    dataset, features = heard
    bank = SoundBank.of(experiment, dataset, features, list(range(len(dataset.clips))))
    pool = Pool(
        "x", bank, 64, TrainingBatches(experiment, bank, 8).draw(0), np.zeros((8, 0), np.float16)
    )
    lessons = SoftLabels(np.array([1, 4, 6]), np.zeros((3, len(dataset.labels)), np.float16))
    shown, targets = DistillationBatches(experiment, pool, lessons, 2)[1]
    assert len(shown) == len(targets) == 3
