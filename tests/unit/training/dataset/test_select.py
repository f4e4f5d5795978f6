"""Labels that are selected, and labels that become background."""

import dataclasses
from pathlib import Path

import pytest

from soundpost.features import FeatureSpec
from soundpost_training.bundle.card_tables import data_note
from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.decode.prepare import prepare
from soundpost_training.dataset.readers.esc50 import read_esc50
from soundpost_training.dataset.select import as_background, select_labels
from soundpost_training.errors import DatasetError


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


def test_a_background_that_leaks_is_refused(dataset: Dataset, tmp_path: Path) -> None:
    """A recording may not be a clip in one fold and background in another."""
    elsewhere = dataclasses.replace(dataset.background[0], fold=2, group=dataset.clips[0].group)
    leaking = dataclasses.replace(dataset, background=(elsewhere,))
    with pytest.raises(DatasetError, match=elsewhere.path.name):
        prepare(leaking, FeatureSpec(), tmp_path)
