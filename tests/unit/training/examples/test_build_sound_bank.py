"""Sound banks of some clips of a data set."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.decode.prepare import prepare
from soundpost_training.dataset.features import Features
from soundpost_training.dataset.readers.esc50 import read_esc50
from soundpost_training.dataset.select import as_background
from soundpost_training.errors import DatasetError
from soundpost_training.examples.build_sound_bank import allowed_starts, build_sound_bank
from soundpost_training.examples.sound_bank import SoundBank
from soundpost_training.experiment.data import BackgroundConfig
from soundpost_training.experiment.experiment import Experiment, load_experiment


@pytest.fixture
def experiment(experiment_file: Path) -> Experiment:
    """The tiny experiment."""
    return load_experiment(experiment_file)


@pytest.fixture
def tone_features(tones: Path, experiment: Experiment, tmp_path: Path) -> tuple[Dataset, Features]:
    """The tones, and their log-mel."""
    return prepare(read_esc50(tones), experiment.features, tmp_path)


@pytest.fixture
def with_background(
    experiment: Experiment, tone_features: tuple[Dataset, Features], tmp_path: Path
) -> SoundBank:
    """The sounds of folds 1 and 2, the high tones as background."""
    dataset = as_background(tone_features[0], ("high_tone",))
    dataset, features = prepare(dataset, experiment.features, tmp_path)
    return build_sound_bank(experiment, dataset, features, dataset.in_folds([1, 2]))


def test_a_held_out_clip_is_not_in_the_bank(
    experiment: Experiment, tone_features: tuple[Dataset, Features]
) -> None:
    """The bank of the training folds has no frame of the held-out fold's clips."""
    dataset, features = tone_features
    bank = build_sound_bank(experiment, dataset, features, dataset.in_folds([1, 2]))
    there = {frame.tobytes() for frame in bank.features.log_mel}
    held_out = dataset.in_folds([3])
    assert not any(frame.tobytes() in there for clip in held_out for frame in features.clip(clip))


def test_silence_and_noise_have_a_uniform_target(
    experiment: Experiment, tone_features: tuple[Dataset, Features]
) -> None:
    """Sounds beyond the clips have no label."""
    dataset, features = tone_features
    bank = build_sound_bank(experiment, dataset, features, dataset.in_folds([1, 2]))
    assert len(bank.targets) > bank.clips
    np.testing.assert_allclose(bank.targets[bank.clips :], 1 / len(dataset.labels))


def test_background_has_a_uniform_target(with_background: SoundBank) -> None:
    """Only the background of the training folds is there."""
    assert len(with_background.background) == 4
    first = with_background.background.start
    np.testing.assert_allclose(with_background.targets[first:], 0.5)
    assert set(with_background.folds[first:]) == {1, 2}
    assert set(with_background.beneath) == set(with_background.background)


def test_clips_of_some_labels_are_mixed_beneath_others_too(
    experiment: Experiment, tone_features: tuple[Dataset, Features]
) -> None:
    """They keep their targets; an unknown label is named."""
    dataset, features = tone_features
    clips = dataset.in_folds([1])
    low = [place for place, clip in enumerate(clips) if dataset.clips[clip].label == "low_tone"]
    bank = build_sound_bank(beneath(experiment, "low_tone"), dataset, features, clips)
    assert bank.beneath.tolist() == low
    with pytest.raises(DatasetError, match="no label lowtone") as caught:
        build_sound_bank(beneath(experiment, "lowtone"), dataset, features, clips)
    assert "augment.background.labels" in caught.value.hint


def beneath(experiment: Experiment, label: str) -> Experiment:
    """The experiment in which a label is mixed beneath the others."""
    mixing = BackgroundConfig(labels=(label,))
    augment = msgspec.structs.replace(experiment.augment, background=mixing)
    return msgspec.structs.replace(experiment, augment=augment)


def test_a_crop_is_never_padding_alone() -> None:
    """A short bark in digital silence is inside every crop that may be cut."""
    log_mel = np.full((498, 64), np.log(0.001), np.float32)
    log_mel[100:140] = 2.0
    for start in allowed_starts(log_mel, 192):
        rows = (start + np.arange(192)) % 498
        assert (log_mel[rows].max(axis=1) > 0).sum() >= 20


def test_a_crop_of_silence_may_begin_anywhere() -> None:
    """No place of a clip that is silent throughout is better than another."""
    assert len(allowed_starts(np.full((60, 64), -6.9, np.float32), 192)) == 60
