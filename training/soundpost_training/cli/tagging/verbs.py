"""Runs the steps of audio tagging: prepare, train, export."""

import argparse

from soundpost_training.cli.tagging.sources import sources_table
from soundpost_training.progress import console, report
from soundpost_training.tagging.experiment import load_tagging_experiment
from soundpost_training.tagging.export import export_tagging
from soundpost_training.tagging.left_out import leave_out
from soundpost_training.tagging.prepare import prepare_tagging, targets_of
from soundpost_training.tagging.train import train_tagging


def run_tagging(options: argparse.Namespace) -> None:
    """Runs the steps up to the one that is asked for."""
    experiment = load_tagging_experiment(options.config)
    context = prepare_tagging(experiment, options.cache)
    report.print(sources_table(context.sources))
    if options.step == "prepare":
        return
    folder = options.runs / experiment.name
    context, targets, log_mel = leave_out(context, targets_of(context))
    model = train_tagging(experiment, context.label_map.names, log_mel, targets, folder)
    if options.step == "train":
        report.print(f"trained: {folder}")
        return
    bundle = export_tagging(context, model, folder, options.models, options.command)
    report.print(f"bundle: {bundle}")
    console.print(
        "its thresholds are 0.5 for all labels: `soundpost-train calibrate --bundle` chooses them "
        "by budgets of false events",
        soft_wrap=True,
    )
