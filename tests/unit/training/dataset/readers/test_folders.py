"""Data sets with one folder per label."""

from pathlib import Path

import pytest
from noise_recordings import record

from soundpost.features import FeatureSpec
from soundpost_training.dataset import open_dataset, prepare
from soundpost_training.errors import DatasetError
from soundpost_training.experiment.data import DataConfig


def config(folder: Path, folds: int = 2) -> DataConfig:
    """Returns the data table of an experiment."""
    return DataConfig(kind="folders", folder=str(folder), folds=folds, licence="CC0")


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """Provides two labels: four recordings of one, three in two pieces each of the other."""
    folder = tmp_path / "mine"
    for take in range(4):
        record(folder / "fox" / f"{take}.wav")
    for night in range(3):
        for piece in range(2):
            record(folder / "owl" / f"night{night}" / f"{piece}.flac")
    return folder


def test_pieces_of_one_recording_stay_in_one_fold(folders: Path) -> None:
    """A folder in a label's folder is one recording; each label is in every fold."""
    dataset = open_dataset(config(folders))
    assert dataset.labels == ("fox", "owl")
    assert len(dataset.clips) == 10
    owls = {(clip.group, clip.fold) for clip in dataset.clips if clip.label == "owl"}
    assert len(owls) == 3
    for fold in (1, 2):
        assert {dataset.clips[index].label for index in dataset.in_folds([fold])} == {"fox", "owl"}


def test_a_label_with_one_clip_is_refused(folders: Path) -> None:
    """With its clip held out the label could not be learnt; the error names it."""
    record(folders / "bat" / "only.wav")
    with pytest.raises(DatasetError, match="there are no clips of: bat"):
        open_dataset(config(folders))


@pytest.mark.parametrize("name", ["Fox", "night heron", "dog,cat", "über", "fox-cub"])
def test_an_invalid_label_is_refused_with_a_valid_one(folders: Path, name: str) -> None:
    """Upper case, spaces and other characters are refused; the hint has a valid name."""
    record(folders / name / "1.wav")
    with pytest.raises(DatasetError, match="cannot be a label") as caught:
        open_dataset(config(folders))
    assert "such as " in caught.value.hint


def test_a_label_without_recordings_is_refused(folders: Path) -> None:
    """A folder without recordings is a mistake, not a label."""
    (folders / "wolf").mkdir()
    with pytest.raises(DatasetError, match="no recordings of wolf"):
        open_dataset(config(folders))


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    """The error names the path."""
    with pytest.raises(DatasetError, match="nowhere"):
        open_dataset(config(tmp_path / "nowhere"))


def test_a_bad_recording_is_left_out_with_a_warning_each_time(
    folders: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A text file among the recordings does not stop training."""
    (folders / "fox" / "notes.txt").write_text("recorded at dawn", encoding="utf-8")
    for _ in range(2):
        opened = open_dataset(config(folders))
        dataset, features = prepare(opened, FeatureSpec(), tmp_path / "cache")
        assert len(dataset.clips) == len(features.frames) == 10
        assert "notes.txt" in capsys.readouterr().err.replace("\n", "")


def test_labels_that_differ_by_case_are_refused(folders: Path) -> None:
    """Topics distinguish them, file names on some machines do not."""
    record(folders / "Fox" / "0.wav")
    with pytest.raises(DatasetError, match="'Fox' cannot be a label"):
        open_dataset(config(folders))
