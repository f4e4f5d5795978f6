"""Labels that are selected, and labels that become background."""

import dataclasses
from pathlib import Path

import msgspec
import pytest
from noise_recordings import record

from soundpost.features import FeatureSpec
from soundpost_training.bundle.card_tables import data_note
from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.decode.prepare import prepare
from soundpost_training.dataset.readers.esc50 import read_esc50
from soundpost_training.dataset.readers.open import open_dataset
from soundpost_training.dataset.select import (
    as_background,
    select_labels,
    with_background_label,
)
from soundpost_training.errors import DatasetError
from soundpost_training.experiment.data import DataConfig


@pytest.fixture
def dataset(tones: Path) -> Dataset:
    """The tones, the high ones as background."""
    return as_background(read_esc50(tones), ("high_tone",))


def test_a_background_label_is_not_a_label(dataset: Dataset, tmp_path: Path) -> None:
    """It is no output of the model, its clips follow the others, and each keeps its fold."""
    assert "high_tone" not in dataset.labels
    assert len(dataset.targets()) == len(dataset.clips) == 12
    readable, features = prepare(dataset, FeatureSpec(), tmp_path)
    assert len(readable.background) == 6
    assert len(features.frames) == 18
    assert [readable.recordings[place].fold for place in readable.background_in_folds([2])] == [
        2,
        2,
    ]


def test_a_background_clip_keeps_the_name_of_its_label(dataset: Dataset) -> None:
    """The model card names it."""
    assert {clip.label for clip in dataset.background} == {"high_tone"}
    note = " ".join(data_note(dataset).split())
    assert "6 clips of high_tone" in note
    assert "high_tone" not in data_note(dataclasses.replace(dataset, background=()))


@pytest.mark.parametrize(
    ("background", "message"),
    [
        (("hightone",), "no label hightone"),
        (("low_tone", "high_tone", "chirping_bird"), "all labels"),
    ],
)
def test_an_impossible_background_is_refused(
    tones: Path, background: tuple[str, ...], message: str
) -> None:
    """An unknown label is named, and one label at least must be left."""
    with pytest.raises(DatasetError, match=message):
        as_background(read_esc50(tones), background)


def test_only_selected_labels_are_taken(tones: Path) -> None:
    """They stay in the order of the data set."""
    chosen = select_labels(read_esc50(tones), ("high_tone", "low_tone"))
    assert chosen.labels == ("low_tone", "high_tone")
    assert {clip.label for clip in chosen.clips} == set(chosen.labels)
    with pytest.raises(DatasetError, match="no label dog"):
        select_labels(chosen, ("dog",))


def test_the_background_of_one_label_becomes_a_label(tones: Path) -> None:
    """The bundle does not have it; its clips keep their folds, and its folders their names."""
    dataset = as_background(read_esc50(tones), ("low_tone", "high_tone"))
    single = with_background_label(dataset)
    assert (single.labels, single.bundle_labels) == (
        ("chirping_bird", "background"),
        ("chirping_bird",),
    )
    assert [clip.path for clip in single.recordings] == [clip.path for clip in dataset.recordings]
    assert [clip.fold for clip in single.recordings] == [clip.fold for clip in dataset.recordings]
    assert single.targets() == [0] * 6 + [1] * 12
    assert (single.background, single.background_names) == ((), ("high_tone", "low_tone"))


def test_a_background_beside_several_labels_is_no_label(dataset: Dataset) -> None:
    """Nothing is changed there, nor without a background."""
    assert with_background_label(dataset) is dataset
    alone = dataclasses.replace(dataset, labels=("low_tone",), background=())
    assert with_background_label(alone) is alone
    assert not alone.has_background_label


def test_a_label_called_background_is_refused_beside_a_background(dataset: Dataset) -> None:
    """Reports could not distinguish the two."""
    with pytest.raises(DatasetError, match="has the label background"):
        with_background_label(dataclasses.replace(dataset, labels=("background",)))


def test_a_background_need_not_be_a_selected_label(tones: Path) -> None:
    """`data.background` adds to what `data.labels` selects, in every kind of data set."""
    config = DataConfig(
        kind="esc50", folder=str(tones), labels=("low_tone",), background=("high_tone",)
    )
    dataset = open_dataset(config)
    assert (dataset.labels, len(dataset.clips), len(dataset.background)) == (("low_tone",), 6, 6)


def test_a_background_folder_needs_no_valid_name(tmp_path: Path) -> None:
    """Beside the labels or elsewhere, with any name; only labels must fit into topics."""
    mine, elsewhere = tmp_path / "mine", tmp_path / "Noise of the street"
    for take in "abcd":
        for name in ("fox", "owl", "Wind, rain", "Not used"):
            record(mine / name / f"{name}{take}.wav")
        record(elsewhere / f"{take}.wav")
    config = DataConfig(
        kind="folders",
        folder=str(mine),
        folds=2,
        labels=("fox", "owl"),
        background=("Wind, rain", str(elsewhere)),
    )
    dataset = open_dataset(config)
    assert dataset.labels == ("fox", "owl")
    assert {clip.path.parent.name for clip in dataset.background} == {"Wind, rain", elsewhere.name}
    assert {clip.fold for clip in dataset.background} == {1, 2}
    with pytest.raises(DatasetError, match="'Not used' cannot be a label"):
        open_dataset(msgspec.structs.replace(config, labels=()))
    with pytest.raises(DatasetError, match=r"no folder .*mine/traffic"):
        open_dataset(msgspec.structs.replace(config, background=("traffic",)))


def test_a_background_of_a_table_need_not_be_selected(tmp_path: Path) -> None:
    """Rows of a background are read whatever their label is called."""
    rows = ["path,label"]
    for take in "abcd":
        for name in ("fox", "Street noise", "Not used"):
            record(tmp_path / f"{name}{take}.wav")
            rows.append(f"{name}{take}.wav,{name}")
    (tmp_path / "labels.csv").write_text("\n".join(rows), encoding="utf-8")
    config = DataConfig(
        kind="csv", folder=str(tmp_path), folds=2, labels=("fox",), background=("Street noise",)
    )
    dataset = open_dataset(config)
    assert (dataset.labels, len(dataset.background)) == (("fox",), 4)


def test_a_background_that_leaks_is_refused(dataset: Dataset, tmp_path: Path) -> None:
    """A recording may not be a clip in one fold and background in another."""
    elsewhere = dataclasses.replace(dataset.background[0], fold=2, group=dataset.clips[0].group)
    leaking = dataclasses.replace(dataset, background=(elsewhere,))
    with pytest.raises(DatasetError, match=elsewhere.path.name):
        prepare(leaking, FeatureSpec(), tmp_path)
