"""Scoring a bundle on a soundscape."""

import dataclasses
from pathlib import Path

import msgspec
import pytest

from soundpost.classify import Bundle
from soundpost.config import DecideConfig
from soundpost_training.errors import DatasetError
from soundpost_training.soundscape.compose.ground_truth import read_ground_truth
from soundpost_training.soundscape.compose.recipe import read_scene
from soundpost_training.soundscape.score.judge import Case, judge


@pytest.fixture
def case(soundscape: Path, tiny_bundle: Bundle) -> Case:
    """The tiny bundle on the soundscape, with thresholds that random weights reach."""
    return Case(
        folder=soundscape,
        scene=read_scene(soundscape),
        ground_truth=read_ground_truth(soundscape),
        bundle=tiny_bundle,
        settings=DecideConfig(on_threshold=0.36, off_threshold=0.3),
        yamnet=None,
        command="a test",
    )


def trained_on(bundle: Bundle, data: str, folds: list[int], held_out: list[int]) -> Bundle:
    """Returns the bundle as if it had been trained on other data."""
    training = msgspec.structs.replace(
        bundle.manifest.training, data=data, folds=folds, held_out_folds=held_out
    )
    manifest = msgspec.structs.replace(bundle.manifest, training=training)
    return dataclasses.replace(bundle, manifest=manifest)


def test_a_report_has_both_methods_and_every_label(case: Case) -> None:
    """Without YAMNet there are no shared labels; the events are those of the daemon's path."""
    judgement = judge(case)
    report = judgement.report
    assert [method.name for method in report.methods] == [
        *["tiny-int8 1.0.0, whole path"] * 2,
        *["tiny-int8 1.0.0, windows only"] * 2,
    ]
    assert [method.thresholds for method in report.methods][0::2] == ["as shipped"] * 2
    assert [label.label for label in report.labels] == ["hiss", "hum", "hush"]
    assert not report.shared
    assert "2 sounds of 3 labels" in report.scene
    assert set(judgement.detected) == {"mixed-01.flac", "negative-01.flac"}


@pytest.mark.parametrize(
    ("held_out", "hint"), [([1], "compose one of fold 1"), ([], "score its twin")]
)
def test_a_soundscape_of_training_sounds_is_refused(
    case: Case, tiny_bundle: Bundle, held_out: list[int], hint: str
) -> None:
    """The hint names a fold that was held out, or the twin of a bundle that held none out."""
    bundle = trained_on(tiny_bundle, "noise", [4, 5], held_out)
    with pytest.raises(DatasetError, match="got fold 5 of noise") as caught:
        judge(dataclasses.replace(case, bundle=bundle))
    assert hint in caught.value.hint


def test_folds_of_a_subset_are_those_of_its_data_set(case: Case, tiny_bundle: Bundle) -> None:
    """ESC-10 is a part of ESC-50: both have the same recordings in a fold."""
    scene = msgspec.structs.replace(case.scene, data="ESC-50")
    bundle = trained_on(tiny_bundle, "ESC-10", [5], [1])
    with pytest.raises(DatasetError):
        judge(dataclasses.replace(case, scene=scene, bundle=bundle))
