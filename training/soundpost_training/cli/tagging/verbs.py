"""Runs the steps of audio tagging: prepare, train, export."""

import argparse
from collections import Counter

from rich.table import Table

from soundpost_training.progress import console, report
from soundpost_training.tagging.experiment import load_tagging_experiment
from soundpost_training.tagging.export import export_tagging
from soundpost_training.tagging.prepare import TaggingContext, prepare_tagging, targets_of
from soundpost_training.tagging.train import train_tagging


def run_tagging(options: argparse.Namespace) -> None:
    """Runs the steps up to the one that is asked for."""
    experiment = load_tagging_experiment(options.config)
    context = prepare_tagging(experiment, options.cache)
    report.print(_sources_table(context))
    if options.step == "prepare":
        return
    folder = options.runs / experiment.name
    model = train_tagging(experiment, context.pool.log_mel, targets_of(context), folder)
    if options.step == "train":
        report.print(f"trained: {folder}")
        return
    bundle = export_tagging(context, model, folder, options.models, options.command)
    report.print(f"bundle: {bundle}")
    console.print(
        "its thresholds are 0.5 for all labels: `soundpost-train calibrate --negatives` chooses "
        "them by budgets of false events",
        soft_wrap=True,
    )


def _sources_table(context: TaggingContext) -> Table:
    table = Table(
        "source", "for training", "hours", "held out", "labels", "left out", title="sources"
    )
    for source in context.sources:
        used = [item for item in source.recordings if not item.held_out]
        labels = Counter(label for item in used for label in item.labels)
        table.add_row(
            source.name,
            str(len(used)),
            f"{sum(item.seconds for item in used) / 3600:.2f}",
            str(len(source.recordings) - len(used)),
            ", ".join(name for name, _ in labels.most_common(4)),
            str(len(source.left_out)),
        )
    return table
