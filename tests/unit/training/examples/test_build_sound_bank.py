"""Sound banks of some clips of a data set."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.decode.prepare import prepare
from soundpost_training.dataset.features import Features
from soundpost_training.dataset.readers.esc50 import read_esc50
from soundpost_training.dataset.select import as_background, with_background_label
from soundpost_training.errors import DatasetError
from soundpost_training.examples.build_sound_bank import (
    allowed_starts,
    balance_background,
    build_sound_bank,
)
from soundpost_training.examples.sound_bank import SoundBank
from soundpost_training.experiment.data import BackgroundConfig
from soundpost_training.experiment.experiment import Experiment


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


def test_the_background_of_one_label_is_a_label(
    experiment: Experiment, tones: Path, tmp_path: Path
) -> None:
    """Silence is background, too; it lies beneath the label, which is as frequent as it is."""
    dataset = as_background(read_esc50(tones), ("high_tone", "low_tone"))
    dataset = with_background_label(dataset)
    dataset, features = prepare(dataset, experiment.features, tmp_path)
    clips = balance_background(dataset, dataset.in_folds([1, 2]))
    assert len(clips) == 16
    assert len(set(clips)) == 12
    bank = build_sound_bank(beneath(experiment), dataset, features, clips)
    assert np.mean(bank.targets[:16].argmax(axis=1)) == 0.5
    smoothing = experiment.train.label_smoothing
    expected = np.array([smoothing / 2, 1 - smoothing / 2])
    np.testing.assert_allclose(bank.targets[16:], np.tile(expected, (64, 1)), atol=1e-6)
    assert bank.targets[bank.beneath].argmax(axis=1).tolist() == [1] * 8
    assert not len(build_sound_bank(experiment, dataset, features, clips).beneath)


def test_more_labels_are_not_balanced(tone_features: tuple[Dataset, Features]) -> None:
    """Each clip of a data set with several labels is there once."""
    dataset = tone_features[0]
    assert balance_background(dataset, [1, 2, 3]) == [1, 2, 3]


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


def beneath(experiment: Experiment, *labels: str) -> Experiment:
    """The experiment in which background, and some labels, are mixed beneath the others."""
    mixing = BackgroundConfig(labels=labels)
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
