"""A bundle is calibrated on recordings through the daemon's stages."""

from pathlib import Path

import pytest

from soundpost.classify import Bundle
from soundpost.config import DecideConfig, GateConfig
from soundpost.decide import build_rules
from soundpost_training.audioset.label_map import LabelMap
from soundpost_training.errors import DatasetError, ExperimentError
from soundpost_training.field.budget.calibrate import (
    CalibrationCase,
    calibrate_bundle,
    parse_budgets,
)
from soundpost_training.field.budget.thresholds import Limits
from soundpost_training.field.score.detect import detect_events
from soundpost_training.field.score.threshold_sweep import off_threshold
from soundpost_training.soundscape.detect.models import BundleModel


def test_the_budget_is_kept_by_the_daemon_itself(
    folder: Path, tiny_bundle: Bundle, label_map: LabelMap
) -> None:
    """The chosen thresholds give no more false events in the negatives than allowed."""
    case = CalibrationCase(tiny_bundle, folder, folder, label_map, "a test")
    # One event in the 20 s of negatives is 180 an hour.
    calibration = calibrate_bundle(case, Limits(budget=180.0, told_at_least=0.0))
    assert [label.label for label in calibration.labels] == ["hiss", "hum", "hush"]
    assert calibration.negative_hours == pytest.approx(20 / 3600)
    chosen = {label.label: label for label in calibration.labels}
    assert chosen["hum"].point.false_events.hours == pytest.approx(10 / 3600)
    labels = build_rules(tiny_bundle.manifest.labels, DecideConfig(), 16_000)
    model = BundleModel(tiny_bundle, "tiny")
    for rule in labels:
        threshold = chosen[rule.label].point.threshold
        config = DecideConfig(on_threshold=threshold, off_threshold=off_threshold(rule, threshold))
        rules = build_rules(tiny_bundle.manifest.labels, config, 16_000)
        count = 0
        for kind in ("kitchen/pans.flac", "wind/roof.flac"):
            if kind.startswith("wind") and rule.label == "hum":
                continue
            detected = detect_events(folder / "negatives" / kind, model, GateConfig(), rules)
            count += sum(event.label == rule.label for event in detected.events[0])
        assert count == chosen[rule.label].point.false_events.count
        assert count <= 1 or not chosen[rule.label].is_on
    assert any("not annotated" in note and "hush" in note for note in calibration.notes)


def test_negatives_and_annotated_recordings_may_be_apart(
    folder: Path, tiny_bundle: Bundle, label_map: LabelMap
) -> None:
    """The negatives need no table; one that is in both folders counts once."""
    (folder / "sounds.csv").unlink()
    whole = CalibrationCase(tiny_bundle, folder, None, label_map, "a test")
    apart = CalibrationCase(tiny_bundle, folder / "negatives", folder, label_map, "a test")
    limits = Limits(budget=180.0)
    one, two = calibrate_bundle(whole, limits), calibrate_bundle(apart, limits)
    assert two.negative_hours == pytest.approx(one.negative_hours)
    assert two.labels == one.labels


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["0.5"], (0.5, {})),
        (["0.5", "hum=2"], (0.5, {"hum": 2.0})),
        (["hiss=3", "security=1", "0.5"], (0.5, {"hiss": 3.0})),
        (["security=1", "0.5"], (0.5, {"hiss": 1.0})),
    ],
)
def test_a_label_or_a_group_may_have_a_budget_of_its_own(
    tiny_bundle: Bundle,
    label_map: LabelMap,
    texts: list[str],
    expected: tuple[float, dict[str, float]],
) -> None:
    """That of the label wins."""
    assert parse_budgets(texts, tiny_bundle, label_map) == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["hum=1"], "needs a number for all labels"),
        (["much"], "got 'much'"),
        (["-1"], "got '-1'"),
        (["inf"], "got 'inf'"),
        (["1", "hmm=2"], "expected a label or a group, got 'hmm'"),
    ],
)
def test_a_wrong_budget_is_refused(
    tiny_bundle: Bundle, label_map: LabelMap, texts: list[str], expected: str
) -> None:
    """With what was expected."""
    with pytest.raises(ExperimentError, match=expected):
        parse_budgets(texts, tiny_bundle, label_map)


def test_too_few_hours_for_the_strictest_budget_are_said(
    folder: Path, tiny_bundle: Bundle, label_map: LabelMap
) -> None:
    """A group may have a smaller budget than all labels."""
    case = CalibrationCase(tiny_bundle, folder, None, label_map, "a test")
    few = "0.01 h of negatives are too few to show 20 an hour: a single event in them is 180.00"
    strict = calibrate_bundle(case, Limits(budget=200.0, budgets={"hum": 20.0}))
    assert any(note.startswith(few) for note in strict.notes)
    assert not any("too few" in note for note in calibrate_bundle(case, Limits(200.0)).notes)


def test_negatives_that_cannot_be_read_keep_no_budget(
    folder: Path, tiny_bundle: Bundle, label_map: LabelMap
) -> None:
    """Every threshold would do, and the lowest would be chosen."""
    for path in folder.glob("negatives/*/*"):
        path.write_bytes(b"no sound")
    case = CalibrationCase(tiny_bundle, folder / "negatives", folder, label_map, "a test")
    with pytest.raises(DatasetError, match=r"got none that can be read: .*pans\.flac"):
        calibrate_bundle(case, Limits(budget=1.0))
