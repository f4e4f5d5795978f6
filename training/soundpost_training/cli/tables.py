"""Tables that the verbs print."""

from rich.table import Table

from soundpost_training.evaluate.calibration import Calibration
from soundpost_training.evaluate.crossval import Summary
from soundpost_training.evaluate.float_crossval import FloatSummary


def accuracy_table(summary: Summary, title: str = "clip accuracy") -> Table:
    """Returns a table of the accuracy of each held-out fold, and its mean."""
    table = Table("held out", "int8", "float", title=title)
    for fold in summary.folds:
        table.add_row(str(fold.fold), f"{fold.int8:.2%}", f"{fold.real:.2%}")
    table.add_section()
    table.add_row(
        "mean ± sd",
        f"{summary.int8_mean:.2%} ± {summary.int8_spread:.2%}",
        f"{summary.real_mean:.2%} ± {summary.real_spread:.2%}",
    )
    return table


def float_table(summary: FloatSummary) -> Table:
    """Returns a table of accuracy for a network that has no int8 version."""
    table = Table("held out", "float", title="clip accuracy")
    for fold in summary.folds:
        table.add_row(str(fold.fold), f"{fold.real:.2%}")
    table.add_section()
    table.add_row("mean ± sd", f"{summary.mean:.2%} ± {summary.spread:.2%}")
    return table


def threshold_table(calibration: Calibration) -> Table:
    """Returns a table of the thresholds, with detections and false alarms of each and of all."""
    title = f"temperature {calibration.temperature:.2f}, chosen on folds {calibration.folds}"
    columns = "label", "threshold", "clips detected", "false alarms / h", "in silence"
    table = Table(*columns, title=title)
    for label in calibration.labels:
        rates = f"{label.told:.1%}", f"{label.false_alarms_per_hour:.2f}", f"{label.quiet:.3f}"
        table.add_row(label.name, f"{label.on_threshold:.3f}", *rates)
    table.add_section()
    for name, outcome in (("all", calibration.chosen_on), ("all, held out", calibration.held_out)):
        table.add_row(name, "", f"{outcome.told:.1%}", f"{outcome.false_alarms_per_hour:.2f}")
    return table
