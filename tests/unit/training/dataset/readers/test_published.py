"""Published data sets other than ESC-50: UrbanSound8K and the FSD family."""

import csv
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from soundpost.features import FeatureSpec
from soundpost_training.dataset import open_dataset, prepare
from soundpost_training.dataset.readers.fsd_labels import SingleLabels
from soundpost_training.dataset.readers.urbansound8k import read_urbansound8k
from soundpost_training.errors import DatasetError
from soundpost_training.experiment.data import DataConfig

NOISE = np.random.default_rng(0).normal(0, 0.1, 4000)


def write(table: Path, *rows: list[str]) -> None:
    """A CSV of these rows, the first of them its columns."""
    table.parent.mkdir(parents=True, exist_ok=True)
    with table.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)


def record(path: Path) -> None:
    """A quarter of a second of noise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, NOISE, 16_000)


@pytest.fixture
def urban(tmp_path: Path) -> Path:
    """A folder laid out as UrbanSound8K: ten folds, two classes, two slices of each recording."""
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
    """Folds, labels in the order of their numbers, groups by recording; its features are made."""
    dataset = open_dataset(DataConfig(kind="urbansound8k", folder=str(urban)))
    assert dataset.folds == list(range(1, 11))
    assert dataset.labels == ("car_horn", "street_music")
    assert (len(dataset.clips), len({clip.group for clip in dataset.clips})) == (40, 20)
    assert dataset.published
    assert "NC" in dataset.licence
    assert len(prepare(dataset, FeatureSpec(), tmp_path / "cache")[1].frames) == 40


def test_an_absent_slice_is_named(urban: Path) -> None:
    """A copy of UrbanSound8K that is not whole is refused."""
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
def test_rows_that_are_not_of_urbansound8k_are_refused(tmp_path: Path, row: list[str]) -> None:
    """Words for numbers, labels that cannot be told and missing values give one clear error."""
    columns = ["slice_file_name", "fsID", "fold", "classID", "class"]
    write(tmp_path / "metadata" / "UrbanSound8K.csv", columns, row)
    with pytest.raises(DatasetError):
        read_urbansound8k(tmp_path)


def fsd50k(folder: Path, dev: list[list[str]], evaluation: list[list[str]]) -> DataConfig:
    """A data set laid out as FSD50K."""
    columns = ["fname", "labels", "mids"]
    write(folder / "FSD50K.ground_truth" / "dev.csv", [*columns, "split"], *dev)
    write(folder / "FSD50K.ground_truth" / "eval.csv", columns, *evaluation)
    for part, rows in (("dev", dev), ("eval", evaluation)):
        for row in rows:
            record(folder / f"FSD50K.{part}_audio" / f"{row[0]}.wav")
    return DataConfig(kind="fsd", folder=str(folder))


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


def test_fsd50k_has_the_split_of_its_publication(tmp_path: Path) -> None:
    """Train, validation and evaluation are folds 1, 2 and 3."""
    dataset = open_dataset(fsd50k(tmp_path, DEV, EVAL))
    assert [(clip.path.stem, clip.fold) for clip in dataset.clips] == [
        *(("1", 1), ("2", 2), ("3", 1), ("4", 2), ("5", 1), ("6", 2), ("8", 3)),
    ]


def test_fsd50k_takes_the_most_particular_label(tmp_path: Path) -> None:
    """What a label implies is not another label, and names become such as topics can have."""
    dataset = open_dataset(fsd50k(tmp_path, DEV, EVAL))
    assert dataset.labels == ("bark", "growling", "male_speech_and_man_speaking")


def test_a_row_of_several_labels_is_left_out_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A softmax gives one label: such a row is named with its labels, each time."""
    dataset = open_dataset(fsd50k(tmp_path, DEV, EVAL))
    prepare(dataset, FeatureSpec(), tmp_path / "cache")
    told = capsys.readouterr().err.replace("\n", " ")
    assert "7 of dev.csv: several labels, Bark, Male_speech_and_man_speaking" in told


def test_many_that_are_left_out_are_listed_in_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The screen has the first of them and where the rest is."""
    several = [[f"9{number}", "Bark,Dog,Animal,Growling", "", "train"] for number in range(30)]
    dataset = open_dataset(fsd50k(tmp_path, DEV + several, EVAL))
    prepare(dataset, FeatureSpec(), tmp_path / "cache")
    (listed,) = (tmp_path / "cache").glob("*.left-out.txt")
    assert len(listed.read_text(encoding="utf-8").splitlines()) == 31
    assert "11 more" in capsys.readouterr().err


def test_wanted_labels_decide_what_a_row_is(tmp_path: Path) -> None:
    """Of the labels of a row, only those that are wanted are looked at."""
    config = fsd50k(tmp_path, DEV, EVAL)
    wanted = DataConfig(
        kind="fsd", folder=config.folder, labels=("dog", "male_speech_and_man_speaking")
    )
    dataset = open_dataset(wanted)
    assert dataset.labels == ("dog", "male_speech_and_man_speaking")
    assert {clip.path.stem for clip in dataset.clips} == {"1", "2", "3", "4", "5", "6", "8"}


def test_a_wanted_label_that_no_row_has_is_refused(tmp_path: Path) -> None:
    """A typo is named."""
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
def test_fsdkaggle_has_its_train_and_test(
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


def test_a_folder_of_another_kind_is_no_fsd(tmp_path: Path) -> None:
    """The error says which data sets were looked for."""
    with pytest.raises(DatasetError, match="no table of FSD50K or FSDKaggle"):
        open_dataset(DataConfig(kind="fsd", folder=str(tmp_path)))


def test_labels_that_would_become_one_are_refused() -> None:
    """Two spellings that a topic cannot tell apart are no two labels."""
    with pytest.raises(DatasetError, match="'Dog' and 'dog' would be one"):
        SingleLabels([["Dog"], ["dog"]], ())


NAMES = st.lists(st.sampled_from(["A", "B", "C", "D"]), min_size=1, max_size=4, unique=True)


@given(st.lists(NAMES, min_size=1, max_size=12))
def test_a_single_label_is_one_of_its_row(rows: list[list[str]]) -> None:
    """Whatever rows there are, a label is of the row, and there is one or a reason, never both."""
    single = SingleLabels(rows, ())
    for row in rows:
        label, reason = single.of(row)
        assert (label is None) == bool(reason)
        assert label is None or label.upper() in row
        assert len(row) > 1 or label == row[0].lower()
