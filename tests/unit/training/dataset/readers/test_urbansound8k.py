"""UrbanSound8K, as published and damaged."""

import csv
from pathlib import Path

import pytest
from noise_recordings import record

from soundpost.features import FeatureSpec
from soundpost_training.dataset import open_dataset, prepare
from soundpost_training.dataset.readers.urbansound8k import read_urbansound8k
from soundpost_training.errors import DatasetError
from soundpost_training.experiment.data import DataConfig


def write(table: Path, *rows: list[str]) -> None:
    """Writes a CSV of these rows, the first of them its columns."""
    table.parent.mkdir(parents=True, exist_ok=True)
    with table.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)


@pytest.fixture
def urban(tmp_path: Path) -> Path:
    """Provides a folder laid out as UrbanSound8K: ten folds, two classes, two slices of each."""
    folder = tmp_path / "UrbanSound8K"
    rows = [["slice_file_name", "fsID", "start", "end", "salience", "fold", "classID", "class"]]
    for fold in range(1, 11):
        for number, label in ((9, "street_music"), (1, "car_horn")):
            for piece in range(2):
                source = str(100 * fold + number)
                name = f"{source}-{number}-0-{piece}.wav"
                rows.append([name, source, "0.0", "0.25", "1", str(fold), str(number), label])
                record(folder / "audio" / f"fold{fold}" / name)
    write(folder / "metadata" / "UrbanSound8K.csv", *rows)
    return folder


def test_urbansound8k_has_the_ten_folds_of_its_publication(urban: Path, tmp_path: Path) -> None:
    """Folds are the publication's, labels in the order of their numbers, groups by recording."""
    dataset = open_dataset(DataConfig(kind="urbansound8k", folder=str(urban)))
    assert dataset.folds == list(range(1, 11))
    assert dataset.labels == ("car_horn", "street_music")
    assert (len(dataset.clips), len({clip.group for clip in dataset.clips})) == (40, 20)
    assert dataset.published
    assert "NC" in dataset.licence
    assert len(prepare(dataset, FeatureSpec(), tmp_path / "cache")[1].frames) == 40


def test_slices_of_another_format_have_the_names_of_the_table(urban: Path) -> None:
    """A smaller copy may be in Opus or FLAC, and have some whole folds with their rows."""
    table = urban / "metadata" / "UrbanSound8K.csv"
    with table.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    write(table, header, *(row for row in rows if row[5] in {"1", "2", "10"}))
    for number, suffix in ((1, ".opus"), (2, ".flac")):
        for slice_file in (urban / "audio" / f"fold{number}").iterdir():
            slice_file.rename(slice_file.with_suffix(suffix))
    dataset = open_dataset(DataConfig(kind="urbansound8k", folder=str(urban)))
    assert dataset.folds == [1, 2, 10]
    assert all(clip.path.is_file() for clip in dataset.clips)
    assert {clip.path.suffix for clip in dataset.clips if clip.fold == 1} == {".opus"}


def test_a_missing_slice_is_named(urban: Path) -> None:
    """An incomplete copy of UrbanSound8K is refused."""
    gone = urban / "audio" / "fold3" / "309-9-0-1.wav"
    gone.unlink()
    with pytest.raises(DatasetError, match=r"not there: .*309-9-0-1\.wav"):
        read_urbansound8k(urban)


@pytest.mark.parametrize(
    "row",
    [
        ["x.wav", "1", "ten", "1", "car_horn"],
        ["x.wav", "1", "1", "one", "car_horn"],
        ["x.wav", "1", "1", "1", "Car Horn"],
        ["x.wav"],
    ],
)
def test_rows_of_another_table_are_refused(tmp_path: Path, row: list[str]) -> None:
    """Texts for numbers, invalid labels and missing values give one clear error."""
    columns = ["slice_file_name", "fsID", "fold", "classID", "class"]
    write(tmp_path / "metadata" / "UrbanSound8K.csv", columns, row)
    with pytest.raises(DatasetError):
        read_urbansound8k(tmp_path)
