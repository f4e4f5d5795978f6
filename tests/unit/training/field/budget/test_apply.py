"""Calibrated thresholds go into a copy of the bundle: its manifest and its card."""

import shutil
from pathlib import Path

import msgspec
import pytest

from soundpost.classify import Bundle, Classifier, load_bundle
from soundpost.classify.golden import replay_golden
from soundpost.teach.sound.general import NEGATIVES_FILE
from soundpost_training.field.budget.apply import (
    SECTION,
    calibrated_labels,
    with_section,
    write_calibrated,
)
from soundpost_training.field.budget.thresholds import (
    FieldCalibration,
    LabelThreshold,
    Limits,
)
from soundpost_training.field.score.figures import CurvePoint, rate, share


@pytest.fixture
def calibration() -> FieldCalibration:
    """Provides the thresholds of two labels, one of which is off."""

    def threshold(label: str, found: int, off_because: str) -> LabelThreshold:
        recall, false_events = share(found, 8), rate(1, 4.0)
        point = CurvePoint(threshold=0.3, recall=recall, false_events=false_events)
        return LabelThreshold(
            label=label, budget=0.5, point=point, curve=[point], off_because=off_because
        )

    return FieldCalibration(
        bundle="tiny 0.1.0",
        command="soundpost-train calibrate",
        limits=Limits(budget=0.5),
        negative_hours=4.0,
        labels=[threshold("hiss", 7, ""), threshold("hum", 1, "recall of 12%")],
        notes=[],
    )


def test_thresholds_budget_and_recall_are_those_of_the_calibration(
    tiny_bundle: Bundle, calibration: FieldCalibration
) -> None:
    """A label that the calibration lacks stays as it is."""
    hiss, hum, hush = calibrated_labels(tiny_bundle.manifest.labels, calibration)
    assert (hiss.on_threshold, hiss.off_threshold) == (0.3, 0.24)
    assert (hiss.false_events_per_hour, hiss.recall, hiss.off_by_default) == (0.5, 0.875, None)
    assert (hum.recall, hum.off_by_default) == (0.125, "missed_budget")
    assert hush == tiny_bundle.manifest.labels[2]


def test_a_label_that_gives_context_stays_off(
    tiny_bundle: Bundle, calibration: FieldCalibration
) -> None:
    """Speech is not detected because its budget is kept; one that missed it may come back."""
    labels = [
        msgspec.structs.replace(label, off_by_default=reason)
        for label, reason in zip(
            tiny_bundle.manifest.labels, ("missed_budget", "context", None), strict=True
        )
    ]
    hiss, hum, _ = calibrated_labels(labels, calibration)
    assert (hiss.off_by_default, hum.off_by_default) == (None, "context")


def test_the_copy_is_a_whole_bundle(
    tmp_path: Path, tiny_bundle: Bundle, calibration: FieldCalibration
) -> None:
    """The same network, verified, with the daemon that reads the new fields."""
    folder = write_calibrated(tiny_bundle, calibration, tmp_path / "models" / "tiny")
    copy = load_bundle(folder)
    replay_golden(copy, Classifier(copy))
    assert copy.model == tiny_bundle.model
    assert copy.manifest.labels[0].on_threshold == 0.3
    assert copy.manifest.minimum_daemon == "0.2.0"
    again = write_calibrated(copy, calibration, folder)
    card = (again / "MODEL_CARD.md").read_text()
    assert card.count(SECTION) == 1


def test_the_section_replaces_an_older_one_and_nothing_else(calibration: FieldCalibration) -> None:
    """Sections before and after it stay."""
    card = "# tiny\n\n## Figures\n\nall\n"
    first = with_section(card, calibration)
    assert first.startswith(card.rstrip())
    row = "| hiss | 0.3 | 0.5 | 0.25 (0.01 to 1.39; 1) | 88% (53% to 98%; 7 of 8) |  |"
    assert row in first
    assert "off: recall of 12%" in first
    later = f"{first}\n## Data\n\nours\n"
    again = with_section(later, calibration)
    assert again.count(SECTION) == 1
    assert "## Figures\n\nall" in again
    assert "## Data\n\nours" in again
    assert with_section(again, calibration) == again


def test_files_that_do_not_depend_on_thresholds_are_copied(
    tmp_path: Path, tiny_bundle: Bundle, calibration: FieldCalibration
) -> None:
    """The negatives of a bundle that learns sounds on the device would be lost otherwise."""
    source = tmp_path / "source"
    shutil.copytree(tiny_bundle.folder, source)
    (source / NEGATIVES_FILE).write_bytes(b"embeddings")
    folder = write_calibrated(load_bundle(source), calibration, tmp_path / "models" / "tiny")
    assert {path.name for path in folder.iterdir()} == {path.name for path in source.iterdir()}
    assert (folder / NEGATIVES_FILE).read_bytes() == b"embeddings"
