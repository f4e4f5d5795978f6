"""FSD50K and FSDKaggle, as published and damaged."""

import csv
from pathlib import Path

import pytest
from noise_recordings import record

from soundpost.features import FeatureSpec
from soundpost_training.dataset import open_dataset, prepare
from soundpost_training.errors import DatasetError
from soundpost_training.experiment.data import DataConfig

DEV = [
    ["1", "Bark,Dog,Animal", "", "train"],
    ["2", "Bark,Dog,Animal", "", "val"],
    ["3", "Growling,Dog,Animal", "", "train"],
    ["4", "Growling,Dog,Animal", "", "val"],
    ["5", "Male_speech_and_man_speaking", "", "train"],
    ["6", "Male_speech_and_man_speaking", "", "val"],
    ["7", "Bark,Dog,Animal,Male_speech_and_man_speaking", "", "train"],
]
EVAL = [["8", "Bark,Dog,Animal", ""]]


def write(table: Path, *rows: list[str]) -> None:
    """Writes a CSV of these rows, the first of them its columns."""
    table.parent.mkdir(parents=True, exist_ok=True)
    with table.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)


def fsd50k(folder: Path, dev: list[list[str]], evaluation: list[list[str]]) -> DataConfig:
    """Writes a data set laid out as FSD50K."""
    columns = ["fname", "labels", "mids"]
    write(folder / "FSD50K.ground_truth" / "dev.csv", [*columns, "split"], *dev)
    write(folder / "FSD50K.ground_truth" / "eval.csv", columns, *evaluation)
    for part, rows in (("dev", dev), ("eval", evaluation)):
        for row in rows:
            record(folder / f"FSD50K.{part}_audio" / f"{row[0]}.wav")
    return DataConfig(kind="fsd", folder=str(folder))


def test_fsd50k_has_the_split_of_its_publication(tmp_path: Path) -> None:
    """Train, validation and evaluation are folds 1, 2 and 3."""
    dataset = open_dataset(fsd50k(tmp_path, DEV, EVAL))
    assert [(clip.path.stem, clip.fold) for clip in dataset.clips] == [
        *(("1", 1), ("2", 2), ("3", 1), ("4", 2), ("5", 1), ("6", 2), ("8", 3)),
    ]


def test_fsd50k_uses_the_most_specific_label(tmp_path: Path) -> None:
    """Implied labels are not used, and names become valid parts of topics."""
    dataset = open_dataset(fsd50k(tmp_path, DEV, EVAL))
    assert dataset.labels == ("bark", "growling", "male_speech_and_man_speaking")


def test_a_row_of_several_labels_is_left_out_with_a_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A softmax gives one label, so the warning names the row and its labels."""
    dataset = open_dataset(fsd50k(tmp_path, DEV, EVAL))
    prepare(dataset, FeatureSpec(), tmp_path / "cache")
    warnings = capsys.readouterr().err.replace("\n", " ")
    assert "7 of dev.csv: several labels, Bark, Male_speech_and_man_speaking" in warnings


def test_many_left_out_rows_are_listed_in_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The screen has the first of them and the path of the file."""
    several = [[f"9{number}", "Bark,Dog,Animal,Growling", "", "train"] for number in range(30)]
    dataset = open_dataset(fsd50k(tmp_path, DEV + several, EVAL))
    prepare(dataset, FeatureSpec(), tmp_path / "cache")
    (listed,) = (tmp_path / "cache").glob("*.left-out.txt")
    assert len(listed.read_text(encoding="utf-8").splitlines()) == 31
    assert "11 more" in capsys.readouterr().err


def test_only_wanted_labels_of_a_row_are_used(tmp_path: Path) -> None:
    """The other labels of a row are ignored."""
    config = fsd50k(tmp_path, DEV, EVAL)
    wanted = DataConfig(
        kind="fsd", folder=config.folder, labels=("dog", "male_speech_and_man_speaking")
    )
    dataset = open_dataset(wanted)
    assert dataset.labels == ("dog", "male_speech_and_man_speaking")
    assert {clip.path.stem for clip in dataset.clips} == {"1", "2", "3", "4", "5", "6", "8"}


def test_an_unknown_wanted_label_is_refused(tmp_path: Path) -> None:
    """The error names the label, the hint the most similar one."""
    config = fsd50k(tmp_path, DEV, EVAL)
    with pytest.raises(DatasetError, match="no clip has the label dgo"):
        open_dataset(DataConfig(kind="fsd", folder=config.folder, labels=("dgo",)))


@pytest.mark.parametrize(
    ("year", "column", "train", "test"),
    [
        ("2018", "label", "train_post_competition", "test_post_competition_scoring_clips"),
        ("2019", "labels", "train_curated_post_competition", "test_post_competition"),
    ],
)
def test_fsdkaggle_has_its_train_and_test_parts(
    tmp_path: Path, year: str, column: str, train: str, test: str
) -> None:
    """Tables of both years are read; the licences of their clips are collected."""
    root = tmp_path / f"FSDKaggle{year}"
    columns = ["fname", column, "freesound_id", "license"]
    audio = {train: "audio_train" + ("_curated" if year == "2019" else ""), test: "audio_test"}
    for part, (table, folder) in enumerate(audio.items()):
        rows = [[f"{part}{n}.wav", n, f"{part}{n}", "CC0"] for n in ("Bark", "Double_bass")]
        write(tmp_path / f"{root.name}.meta" / f"{table}.csv", columns, *rows)
        for row in rows:
            record(tmp_path / f"{root.name}.{folder}" / row[0])
    dataset = open_dataset(DataConfig(kind="fsd", folder=str(tmp_path)))
    assert dataset.labels == ("bark", "double_bass")
    assert (dataset.folds, dataset.licence) == ([1, 2], "CC0")


def test_a_folder_of_another_data_set_is_refused(tmp_path: Path) -> None:
    """The error names the data sets that were expected."""
    with pytest.raises(DatasetError, match="no table of FSD50K or FSDKaggle"):
        open_dataset(DataConfig(kind="fsd", folder=str(tmp_path)))
