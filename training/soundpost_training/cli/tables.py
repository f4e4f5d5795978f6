"""Tables that the verbs print."""

from rich.table import Table

from soundpost_training.evaluate.accuracy import Summary
from soundpost_training.evaluate.calibration import Calibration


def accuracy_table(summary: Summary, title: str = "clip accuracy") -> Table:
    """Returns a table of the accuracy of each held-out fold, and its mean; int8 if measured."""
    float_mean = f"{summary.real_mean:.2%} ± {summary.real_spread:.2%}"
    if not summary.has_int8:
        table = Table("held out", "float", title=title)
        for fold in summary.folds:
            table.add_row(str(fold.fold), f"{fold.real:.2%}")
        table.add_section()
        table.add_row("mean ± sd", float_mean)
        return table
    table = Table("held out", "int8", "float", title=title)
    for fold in summary.folds:
        table.add_row(str(fold.fold), f"{fold.int8:.2%}", f"{fold.real:.2%}")
    table.add_section()
    int8_mean = f"{summary.int8_mean:.2%} ± {summary.int8_spread:.2%}"
    table.add_row("mean ± sd", int8_mean, float_mean)
    return table


def threshold_table(calibration: Calibration) -> Table:
    """Returns a table of the thresholds, with detections and false alarms of each and of all."""
    title = f"temperature {calibration.temperature:.2f}, chosen on folds {calibration.folds}"
    columns = "label", "threshold", "clips detected", "false alarms / h", "in silence"
    table = Table(*columns, title=title)
    for label in calibration.labels:
        rates = f"{label.detected:.1%}", f"{label.false_alarms_per_hour:.2f}", f"{label.quiet:.3f}"
        table.add_row(label.name, f"{label.on_threshold:.3f}", *rates)
    table.add_section()
    for name, outcome in (("all", calibration.chosen_on), ("all, held out", calibration.held_out)):
        table.add_row(name, "", f"{outcome.detected:.1%}", f"{outcome.false_alarms_per_hour:.2f}")
    return table
