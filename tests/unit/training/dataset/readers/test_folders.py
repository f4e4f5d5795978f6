"""Data sets of users: a folder per label, or a table."""

from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from soundpost.features import FeatureSpec
from soundpost_training.dataset import Clip, open_dataset, prepare
from soundpost_training.dataset.fold_assignment import assign_folds
from soundpost_training.errors import DatasetError
from soundpost_training.experiment.data import DataConfig

NOISE = np.random.default_rng(0).normal(0, 0.1, 8000)


def record(path: Path) -> None:
    """Half a second of noise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, NOISE, 16_000)


def config(kind: Literal["folders", "csv"], folder: Path, folds: int = 2) -> DataConfig:
    """The data of an experiment."""
    return DataConfig(kind=kind, folder=str(folder), folds=folds, licence="CC0")


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """Two labels: one of four single recordings, one of three recordings in two pieces each."""
    folder = tmp_path / "mine"
    for take in range(4):
        record(folder / "fox" / f"{take}.wav")
    for night in range(3):
        for piece in range(2):
            record(folder / "owl" / f"night{night}" / f"{piece}.flac")
    return folder


def test_pieces_of_one_recording_stay_in_one_fold(folders: Path) -> None:
    """A folder under a label is one recording; each label is in every fold."""
    dataset = open_dataset(config("folders", folders))
    assert dataset.labels == ("fox", "owl")
    assert len(dataset.clips) == 10
    owls = {(clip.group, clip.fold) for clip in dataset.clips if clip.label == "owl"}
    assert len(owls) == 3
    for fold in (1, 2):
        assert {dataset.clips[index].label for index in dataset.in_folds([fold])} == {"fox", "owl"}


def test_a_label_with_one_clip_is_refused(folders: Path) -> None:
    """Held out, it could not be learnt; the label is named."""
    record(folders / "bat" / "only.wav")
    with pytest.raises(DatasetError, match="nothing is left of: bat"):
        open_dataset(config("folders", folders))


@pytest.mark.parametrize("name", ["Fox", "night heron", "dog,cat", "über", "fox-cub"])
def test_a_label_that_cannot_be_told_is_refused_with_a_better_name(
    folders: Path, name: str
) -> None:
    """Case, spaces and other characters, and so two labels that differ by case only."""
    record(folders / name / "1.wav")
    with pytest.raises(DatasetError, match="cannot be a label") as caught:
        open_dataset(config("folders", folders))
    assert "such as " in caught.value.hint


def test_an_empty_label_is_refused(folders: Path) -> None:
    """A folder without recordings is a mistake, not a label."""
    (folders / "wolf").mkdir()
    with pytest.raises(DatasetError, match="no recordings of wolf"):
        open_dataset(config("folders", folders))


def test_an_absent_folder_is_refused(tmp_path: Path) -> None:
    """The path that was looked at is told."""
    with pytest.raises(DatasetError, match="nowhere"):
        open_dataset(config("folders", tmp_path / "nowhere"))


def test_a_bad_recording_is_left_out_and_told_each_time(
    folders: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A note among the recordings does not stop training, and is not passed over in silence."""
    (folders / "fox" / "notes.txt").write_text("heard at dawn", encoding="utf-8")
    for _ in range(2):
        opened = open_dataset(config("folders", folders))
        dataset, features = prepare(opened, FeatureSpec(), tmp_path / "cache")
        assert len(dataset.clips) == len(features.frames) == 10
        assert "notes.txt" in capsys.readouterr().err.replace("\n", "")


def table(folder: Path, *lines: str) -> Path:
    """A folder with four recordings and a table of these lines."""
    for name in "abcd":
        record(folder / f"{name}.wav")
    (folder / "labels.csv").write_text("\n".join(lines), encoding="utf-8")
    return folder


def test_a_table_gives_folds(tmp_path: Path) -> None:
    """Folds are taken as they are."""
    rows = ["a.wav,fox,1", "b.wav,fox,2", "c.wav,owl,1", "d.wav,owl,2"]
    dataset = open_dataset(config("csv", table(tmp_path, "path,label,fold", *rows)))
    assert [clip.fold for clip in dataset.clips] == [1, 2, 1, 2]


def test_a_table_that_leaks_is_refused(tmp_path: Path) -> None:
    """A group in two folds is refused with the clips' names."""
    rows = ["a.wav,fox,1,x", "b.wav,fox,2,x", "c.wav,owl,1,y", "d.wav,owl,2,z"]
    with pytest.raises(DatasetError, match=r"a\.wav, b\.wav"):
        open_dataset(config("csv", table(tmp_path, "path,label,fold,group", *rows)))


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["path,label", "a.wav,fox", "absent.wav,fox"], r"not there: .*absent\.wav"),
        (["path,label", "a.wav,fox/red"], "'fox/red' cannot be a label"),
        (["path,label", "a.wav"], "'' cannot be a label"),
        (["path,label,fold", "a.wav,fox,one"], "'one', no number"),
        (["file,class", "a.wav,fox"], "path and label"),
        ([""], "path and label"),
    ],
)
def test_a_bad_table_is_refused(tmp_path: Path, lines: list[str], told: str) -> None:
    """Absent files, slashes in labels, words for numbers and absent columns are told."""
    with pytest.raises(DatasetError, match=told):
        open_dataset(config("csv", table(tmp_path, *lines)))


def test_a_folder_without_a_table_is_refused(tmp_path: Path) -> None:
    """The file that was looked for is named."""
    with pytest.raises(DatasetError, match=r"labels\.csv"):
        open_dataset(config("csv", tmp_path))


@given(
    st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("xyz")), min_size=1),
    st.integers(2, 5),
    st.randoms(use_true_random=False),
)
def test_dealing_never_splits_a_group(
    clips: list[tuple[str, str]], folds: int, random: object
) -> None:
    """Every group is in one fold between 1 and the last, whatever the order of the files."""
    given_clips = [
        Clip(Path(f"{number}.wav"), label, 0, group) for number, (group, label) in enumerate(clips)
    ]
    dealt = assign_folds(given_clips, folds)
    fold_of = {clip.group: clip.fold for clip in dealt}
    assert all(fold_of[clip.group] == clip.fold for clip in dealt)
    assert {clip.fold for clip in dealt} <= set(range(1, folds + 1))
    random.shuffle(given_clips)  # type: ignore[attr-defined]  # hypothesis' seeded Random
    assert {clip.path: clip.fold for clip in assign_folds(given_clips, folds)} == {
        clip.path: clip.fold for clip in dealt
    }
