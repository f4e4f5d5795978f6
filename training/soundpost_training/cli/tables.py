"""Tables that the verbs print."""

from rich.table import Table

from soundpost_training.dataset.clip import Dataset
from soundpost_training.evaluate.accuracy import Summary
from soundpost_training.evaluate.calibration import Calibration, labels_over_budget
from soundpost_training.experiment.deploy import CalibrateConfig

ADVICE = (
    "the thresholds can be used all the same. Record more of these labels and of what is "
    "classified as them (`evaluate` lists it), train longer, or raise the budget, "
    "calibrate.false_alarms_per_hour"
)
"""What to do about too many false alarms."""


def accuracy_table(summary: Summary, title: str = "clip accuracy") -> Table:
    """Returns a table of the accuracy of each held-out fold, and its mean; int8 if measured."""
    float_mean = _mean(summary, summary.real_mean, summary.real_spread)
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
    int8_mean = _mean(summary, summary.int8_mean, summary.int8_spread)
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


def _mean(summary: Summary, mean: float, spread: float) -> str:
    """Returns mean and spread; a single fold has no spread."""
    return f"{mean:.2%} ± {spread:.2%}" if len(summary.folds) > 1 else f"{mean:.2%}, one fold"


def folds_title(title: str, summary: Summary, dataset: Dataset) -> str:
    """Returns the title of a table with the folds that it is of, unless it is of all."""
    measured = [fold.fold for fold in summary.folds]
    missing = [fold for fold in dataset.folds if fold not in measured]
    if not missing:
        return title
    of, without = (", ".join(map(str, folds)) for folds in (measured, missing))
    return f"{title} of folds {of} only, not of {without}"


def dataset_lines(dataset: Dataset, minutes: float) -> list[str]:
    """Returns lines on the size of a data set.

    Args:
        dataset: The readable recordings.
        minutes: The duration of its clips.
    """
    size = f"{len(dataset.clips)} clips, {len(dataset.labels)} labels, folds {dataset.folds}"
    lines = [f"{dataset.name}: {size}, {minutes:.1f} minutes"]
    if dataset.has_background_label:
        lines.append(
            f"{', '.join(dataset.background_names)}: trained as a second label, "
            f"{dataset.labels[-1]}, which the bundle does not have"
        )
    if dataset.background:
        lines.append(f"background: {len(dataset.background)} clips without a label")
    if dataset.reverb_copies:
        lines.append(f"reverb: {dataset.reverb_copies} reverberated copies of each clip")
    return lines


def over_budget_lines(calibration: Calibration, config: CalibrateConfig) -> list[str]:
    """Returns a line for each label with too many false alarms, and one on what to do."""
    over = labels_over_budget(calibration, config)
    if not over:
        return []
    count = f"{len(over)} of {len(calibration.labels)} labels miss the budget of false alarms"
    return [*(f"over budget: {name}, {why}" for name, why in over.items()), f"{count}; {ADVICE}"]
