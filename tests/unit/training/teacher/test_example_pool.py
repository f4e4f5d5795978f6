"""The pool of examples, with background and reverberated copies."""

from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile

from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.decode.prepare import prepare
from soundpost_training.dataset.features import Features
from soundpost_training.dataset.readers.esc50 import read_esc50
from soundpost_training.dataset.select import as_background
from soundpost_training.examples.batches import TrainingBatches
from soundpost_training.examples.build_sound_bank import build_sound_bank
from soundpost_training.examples.sound_bank import SoundBank
from soundpost_training.experiment.data import AugmentConfig, BackgroundConfig, ReverbConfig
from soundpost_training.experiment.experiment import Experiment
from soundpost_training.experiment.load import load_experiment
from soundpost_training.teacher.distillation import DistillationBatches
from soundpost_training.teacher.example_pool import ExamplePool, SoftLabels, fingerprint
from soundpost_training.train.context import TrainingContext

pytestmark = pytest.mark.training


@pytest.fixture
def augment(tmp_path: Path) -> AugmentConfig:
    """Background beneath half of the examples, and reverb for half of the clips."""
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
def recordings(tones: Path, experiment: Experiment, tmp_path: Path) -> tuple[Dataset, Features]:
    """The tones, the high ones as background, a reverberated copy of each of the others."""
    dataset = as_background(read_esc50(tones), ("high_tone",))
    rooms = experiment.augment.rooms
    assert isinstance(rooms, ReverbConfig)
    return prepare(dataset, experiment.features, tmp_path / "cache", rooms)


@pytest.fixture
def sound_bank(experiment: Experiment, recordings: tuple[Dataset, Features]) -> SoundBank:
    """All of their sounds."""
    dataset, features = recordings
    return build_sound_bank(experiment, dataset, features, list(range(len(dataset.clips))))


def pool_of(experiment: Experiment, sound_bank: SoundBank, size: int) -> ExamplePool:
    """A pool of one batch, without embeddings."""
    drawn = TrainingBatches(experiment, sound_bank, size).draw(0)
    return ExamplePool("x", sound_bank, 64, drawn, np.zeros((size, 0), np.float16))


def test_no_example_of_a_fold_has_a_sound_of_its_held_out_clips(
    experiment: Experiment, recordings: tuple[Dataset, Features], sound_bank: SoundBank
) -> None:
    """Reverberated copies and background of the held-out fold are excluded as its clips are."""
    dataset, _ = recordings
    pool = pool_of(experiment, sound_bank, 200)
    drawn = pool.drawn
    owners = np.arange(len(sound_bank.targets))
    owners[sound_bank.dry : sound_bank.clips] -= sound_bank.dry  # a copy of each clip, in order
    assert (drawn.clips >= sound_bank.dry).any()
    assert (drawn.beneath >= 0).any()
    for fold in dataset.folds:
        of_fold = np.flatnonzero([clip.fold == fold for clip in dataset.clips])
        background = [clip.fold == fold for clip in dataset.background]
        behind = sound_bank.quiet + np.flatnonzero(background)
        usable = pool.usable(fold)
        assert len(usable)
        assert not np.isin(owners[drawn.clips[usable]], [*of_fold, *behind]).any()
        assert not np.isin(drawn.beneath[usable], behind).any()
        excluded = np.setdiff1d(np.arange(200), usable)
        in_clips = np.isin(owners[drawn.clips[excluded]], [*of_fold, *behind]).any(axis=1)
        assert (in_clips | np.isin(drawn.beneath[excluded], behind)).all()
    assert np.array_equal(pool.usable(None), np.arange(200))


def test_sounds_with_a_label_come_before_those_without(
    experiment: Experiment, recordings: tuple[Dataset, Features]
) -> None:
    """A reverberated copy has the label of its clip."""
    dataset, features = recordings
    bank = build_sound_bank(experiment, dataset, features, dataset.in_folds([1, 2]))
    uniform = (np.abs(bank.targets - 1 / len(dataset.labels)) < 1e-6).all(axis=1)
    assert not uniform[: bank.clips].any()
    assert uniform[bank.clips :].all()
    assert bank.features.clip(bank.dry).shape == bank.features.clip(bank.clips - 1).shape


def test_a_pool_smaller_than_a_batch_is_one_batch(
    experiment: Experiment, sound_bank: SoundBank
) -> None:
    """Few recordings and few passes leave a student few examples: it learns from these."""
    pool = pool_of(experiment, sound_bank, 8)
    soft_labels = SoftLabels(np.array([1, 4, 6]), np.zeros((3, 2), np.float16))
    examples, targets = DistillationBatches(experiment, pool, soft_labels, 2)[1]
    assert len(examples) == len(targets) == 3


def test_each_pass_through_the_pool_shows_every_example_once(
    experiment: Experiment, sound_bank: SoundBank
) -> None:
    """Batches have true and soft labels of the same examples, in another order each pass."""
    pool = pool_of(experiment, sound_bank, 8)
    scores = np.linspace(0.0, 1.0, 16).reshape(8, 2).astype(np.float16)
    batches = DistillationBatches(experiment, pool, SoftLabels(np.arange(8), scores), 2)
    orders = []
    for batches.epoch in range(3):
        targets = np.concatenate([batches[batch][1] for batch in range(2)])
        order = [
            int(np.flatnonzero(scores[:, 0] == np.float16(soft))[0]) for soft in targets[:, 1, 0]
        ]
        np.testing.assert_array_equal(targets[:, 0], pool.targets(np.array(order)))
        orders.append(order)
    assert all(sorted(order) == list(range(8)) for order in orders)
    assert orders[0] != orders[1]


def test_a_pool_has_the_embeddings_of_its_examples(first: TrainingContext) -> None:
    """They are finite and vary; a second context finds them in the file."""
    pool = first.pool
    assert len(pool.embeddings) == len(pool.drawn.clips)
    assert np.isfinite(pool.embeddings).all()
    assert (pool.embeddings.std(axis=0) > 0).any()
    again = replace(first).pool
    assert np.array_equal(pool.embeddings, again.embeddings)
    assert [path.name for path in first.folder.glob("*.npy")] == [f"pool-{pool.name}.npy"]


CONFIGS = Path(__file__).resolve().parents[4] / "training" / "configs"


@pytest.mark.parametrize("name", ["esc50-taught", "esc10-taught"])
def test_stored_embeddings_are_found_again(name: str) -> None:
    """A new setting that is not used leaves the fingerprints of older pools unchanged."""
    experiment = load_experiment(CONFIGS / f"{name}.toml")
    assert experiment.teacher is not None
    log_mel = np.zeros((2, 64), np.float32)
    assert fingerprint(experiment, experiment.teacher, log_mel) == "43bf77fbb742b5e5"
