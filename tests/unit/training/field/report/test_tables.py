"""Tables show figures with their intervals, and a dash where there is none."""

import io
import shutil
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from soundpost.classify import Bundle
from soundpost.config import Config, DecideConfig
from soundpost_training.audioset.label_map import LabelMap
from soundpost_training.field.budget.calibrate import CalibrationCase, calibrate_bundle
from soundpost_training.field.budget.thresholds import Limits
from soundpost_training.field.report.tables import (
    calibration_table,
    delay_text,
    field_tables,
    rate_text,
    share_text,
)
from soundpost_training.field.score.evaluate import Case, evaluate_field
from soundpost_training.field.score.figures import Delay, rate, share


@pytest.fixture
def console() -> Console:
    """Provides a wide console that records its output."""
    return Console(file=io.StringIO(), width=200, record=True)


def test_figures_are_shown_with_interval_and_count() -> None:
    """No figure without what it rests on."""
    assert rate_text(rate(3, 2.0)) == "1.50 (0.31 to 4.38; 3)"
    assert share_text(share(7, 8)) == "88 % (53 to 98; 7 of 8)"
    assert share_text(share(0, 0)) == "-"
    late = Delay(detected=4, median_seconds=1.2, p95_seconds=2.5, in_time=share(3, 4))
    assert delay_text(late) == "1.20 / 2.50 s, 75 % in 1.5 s"
    none = Delay(detected=0, median_seconds=0.0, p95_seconds=0.0, in_time=share(0, 0))
    assert delay_text(none) == "-"


def test_the_tables_of_an_evaluation_have_every_kind_and_label(
    console: Console, folder: Path, tiny_bundle: Bundle, label_map: LabelMap
) -> None:
    """And groups, hours and models."""
    low = Config(decide=DecideConfig(on_threshold=0.36, off_threshold=0.3, smoothing_windows=1))
    report = evaluate_field(Case(folder, tiny_bundle, low, None, label_map, "a test"))
    for table in field_tables(report):
        console.print(table)
    text = console.export_text()
    for expected in (
        "4 recordings: 0.01 h annotated",
        "kitchen",
        "wind",
        "hiss",
        "hum",
        "security",
    ):
        assert expected in text


def test_the_table_of_a_calibration_says_what_is_off(
    console: Console, folder: Path, tiny_bundle: Bundle, label_map: LabelMap
) -> None:
    """And why."""
    case = CalibrationCase(tiny_bundle, folder, None, label_map, "a test")
    calibration = calibrate_bundle(case, Limits(budget=0.0, told_at_least=1.0))
    console.print(calibration_table(calibration))
    text = console.export_text()
    assert "recall of" in text or "over the budget" in text
    assert "hush" in text


def test_what_was_not_measured_is_a_dash(
    console: Console, folder: Path, tiny_bundle: Bundle, label_map: LabelMap
) -> None:
    """Negatives alone have no recall, and annotations alone no kinds of negatives."""
    (folder / "annotations.csv").unlink()
    case = Case(folder, tiny_bundle, Config(), None, label_map, "a test")
    console.print(next(field_tables(evaluate_field(case))))
    text = console.export_text()
    assert "2 recordings: 0.00 h annotated" in text
    assert "0.0 %" not in text
    shutil.rmtree(folder / "negatives")
    (folder / "sounds.csv").unlink()
    (folder / "yard.txt").write_text("1\t2\thiss\n")
    report = evaluate_field(case)
    tables = list(field_tables(report))
    assert str(tables[0].title).startswith("1 recording: ")
    assert [str(table.columns[0].header) for table in tables] == ["model", "group", "label"]
    plain = msgspec.structs.replace(report.methods[0], groups=[])
    bare = field_tables(msgspec.structs.replace(report, methods=[plain]))
    assert [str(table.columns[0].header) for table in bare] == ["model", "label"]
