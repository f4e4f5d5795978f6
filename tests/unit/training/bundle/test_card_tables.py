"""Tables of a model card, and its sentences on data and shipped model."""

import dataclasses
from pathlib import Path

import msgspec
import pytest
from sample_evaluation import LABELS, sample_evaluation

from soundpost.classify import load_bundle
from soundpost_training.bundle.card_tables import (
    closed_set_note,
    confusion_rows,
    count_labels,
    data_note,
    fold_rows,
    held_out_folds,
    label_rows,
    shipped_note,
    twin_id,
)
from soundpost_training.dataset import Clip, Dataset
from soundpost_training.dataset.select import with_background_label

pytestmark = pytest.mark.training

GOLDEN = Path(__file__).resolve().parents[3] / "golden"


def test_tables_have_a_row_for_each_fold_label_and_confusion() -> None:
    """Without confusions there is one row that states so."""
    evaluation = sample_evaluation()
    assert fold_rows(evaluation.summary).splitlines()[0] == "| fold 1 | 81.00% | 85.00% |"
    assert confusion_rows(evaluation.top_confusions) == "| rain | dog | 1 |"
    assert confusion_rows([]) == "| none | | |"
    rows = label_rows(evaluation).splitlines()
    assert [row.split(" | ")[0] for row in rows] == [f"| {label}" for label in LABELS]
    assert rows[0] == "| dog | 0.500 | 90% | 0.7 | 80.0% | 0.850 |"


def test_a_bundle_that_held_a_fold_out_has_its_accuracy() -> None:
    """A bundle of all folds has its twin and the agreement of int8 and float in its place."""
    manifest = load_bundle(GOLDEN / "tiny-int8").manifest
    training = msgspec.structs.replace(manifest.training, folds=[1, 2], held_out_folds=[3])
    held_out = msgspec.structs.replace(manifest, training=training)
    note = " ".join(shipped_note(held_out, sample_evaluation()).split())
    assert "trained on folds 1, 2, and fold 3's clips are independent test data" in note
    assert "**81.25%**" in note
    training = msgspec.structs.replace(manifest.training, folds=[1, 2, 3], data="tones")
    of_all = msgspec.structs.replace(manifest, training=training)
    note = " ".join(shipped_note(of_all, sample_evaluation(agreement=0.999)).split())
    assert "every clip of tones" in note
    assert f"twin {twin_id(of_all.id, 3)}," in note
    assert "**99.90%**" in note


def test_the_folds_that_thresholds_are_tested_on_are_stated() -> None:
    """One fold by its number, several as each in turn."""
    assert held_out_folds(sample_evaluation().calibration).startswith("fold 3,")
    both = sample_evaluation(folds_tested=2).calibration
    assert held_out_folds(both).startswith("each fold in turn")


def test_the_data_is_described_with_its_flaws() -> None:
    """A licence that forbids commercial use, sources shared by folds, and the background."""
    clips = (
        Clip(Path("a"), "dog", 1, "7/dog"),
        Clip(Path("b"), "cat", 2, "7/cat"),
        Clip(Path("c"), "cat", 2, "8/cat"),
    )
    dataset = Dataset("clips", clips, ("cat", "dog"), "CC BY-NC 3.0", "an author", published=True)
    note = " ".join(data_note(dataset).split())
    assert note.startswith("Non-commercial")
    assert "2 clips come from 1 source recordings" in note
    free = dataclasses.replace(dataset, licence="CC0", published=False)
    assert data_note(free) == ""
    with_background = dataclasses.replace(free, background=(Clip(Path("d"), "rain", 1, "9"),))
    assert "1 clips of rain are background" in data_note(with_background)


def test_a_single_label_is_described_with_its_background() -> None:
    """The note says what the label was distinguished from; other sounds may be taken for it."""
    clips = (Clip(Path("a"), "fox", 1, "1"), Clip(Path("b"), "fox", 2, "2"))
    rain = (Clip(Path("c"), "rain", 1, "3"), Clip(Path("d"), "wind", 2, "4"))
    dataset = Dataset("clips", clips, ("fox",), "CC0", "an author", background=rain)
    single = with_background_label(dataset)
    note = " ".join(data_note(single).split())
    assert "2 clips of rain, wind are background: they were trained as sounds that are not fox" in (
        note
    )
    assert "distinguishes fox from the background" in closed_set_note(single)
    assert count_labels(len(single.bundle_labels)) == "1 label"
    assert closed_set_note(dataclasses.replace(dataset, labels=("fox", "owl"))).startswith(
        "It has 2 labels and no other"
    )
