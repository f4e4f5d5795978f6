"""Data sets with a table."""

from pathlib import Path

import pytest
from noise_recordings import record

from soundpost_training.dataset import open_dataset
from soundpost_training.errors import DatasetError
from soundpost_training.experiment.data import DataConfig


def config(folder: Path, folds: int = 2) -> DataConfig:
    """Returns the data table of an experiment."""
    return DataConfig(kind="csv", folder=str(folder), folds=folds, licence="CC0")


def table(folder: Path, *lines: str) -> Path:
    """Writes four recordings and a table of these lines, and returns their folder."""
    for name in "abcd":
        record(folder / f"{name}.wav")
    (folder / "labels.csv").write_text("\n".join(lines), encoding="utf-8")
    return folder


def test_folds_of_a_table_are_used(tmp_path: Path) -> None:
    """Folds are used unchanged."""
    rows = ["a.wav,fox,1", "b.wav,fox,2", "c.wav,owl,1", "d.wav,owl,2"]
    dataset = open_dataset(config(table(tmp_path, "path,label,fold", *rows)))
    assert [clip.fold for clip in dataset.clips] == [1, 2, 1, 2]


def test_a_table_that_leaks_is_refused(tmp_path: Path) -> None:
    """A group in two folds is refused with the names of its clips."""
    rows = ["a.wav,fox,1,x", "b.wav,fox,2,x", "c.wav,owl,1,y", "d.wav,owl,2,z"]
    with pytest.raises(DatasetError, match=r"a\.wav, b\.wav"):
        open_dataset(config(table(tmp_path, "path,label,fold,group", *rows)))


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        (["path,label", "a.wav,fox", "absent.wav,fox"], r"not there: .*absent\.wav"),
        (["path,label", "a.wav,fox/red"], "'fox/red' cannot be a label"),
        (["path,label", "a.wav"], "'' cannot be a label"),
        (["path,label,fold", "a.wav,fox,one"], "'one', not a number"),
        (["name,kind", "a.wav,fox"], "path and label: got the first line 'name', 'kind'"),
        (["a.wav,fox", "b.wav,owl"], "path and label: got the first line 'a.wav', 'fox'"),
        (["path,label"], "path and label: .* nothing below it"),
        (["path,class,species", "a.wav,fox,vulpes"], "one column label, got 'class' and 'species'"),
        (["path,label,path", "a.wav,fox,b.wav"], "the column path twice"),
        (["path,label", "a.wav,fox,1,2"], "expected 2 values, got 4: a.wav, fox, 1, 2"),
        (["path,label", ",fox"], "'' cannot be a path, in the row fox"),
        ([""], "path and label"),
    ],
)
def test_a_bad_table_is_refused(tmp_path: Path, lines: list[str], error: str) -> None:
    """Missing files, invalid labels, texts for numbers and missing columns are refused."""
    with pytest.raises(DatasetError, match=error):
        open_dataset(config(table(tmp_path, *lines)))


def test_a_folder_without_a_table_is_refused(tmp_path: Path) -> None:
    """The error names the missing file."""
    with pytest.raises(DatasetError, match=r"labels\.csv"):
        open_dataset(config(tmp_path))
