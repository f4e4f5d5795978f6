"""What each verb of the command line does."""

import argparse

from rich.table import Table

from soundpost_training.config import Experiment
from soundpost_training.crossval import Summary, figures, run_fold
from soundpost_training.crossval import crossval as cross_validate
from soundpost_training.export import export as export_bundle
from soundpost_training.material import Material
from soundpost_training.progress import report


def prepare(experiment: Experiment, options: argparse.Namespace) -> None:
    """Makes the features, and says of what."""
    material = _material(experiment, options)
    dataset, features = material.dataset, material.features
    seconds = len(features.log_mel) * experiment.features.hop_samples
    report.print(
        f"{dataset.name}: {len(dataset.clips)} clips, {len(dataset.labels)} labels, "
        f"folds {dataset.folds}, {seconds / experiment.features.sample_rate_hz / 60:.1f} minutes"
    )


def teach(experiment: Experiment, options: argparse.Namespace) -> None:
    """Fills the pool, and says how much was listened to."""
    pool = _material(experiment, options).pool
    examples, features = pool.heard.shape
    report.print(f"the teacher heard {examples} examples and answers {features} features each")


def train(experiment: Experiment, options: argparse.Namespace) -> None:
    """Trains, quantizes and scores one fold."""
    material = _material(experiment, options)
    measured = figures(options.fold, run_fold(material, options.fold))
    report.print(f"fold {measured.fold}: int8 {measured.int8:.2%}, float {measured.real:.2%}")


def crossval(experiment: Experiment, options: argparse.Namespace) -> None:
    """Does so for every fold, and prints the table."""
    report.print(_table(cross_validate(_material(experiment, options))))


def export(experiment: Experiment, options: argparse.Namespace) -> None:
    """Writes the bundle, and says where."""
    material = _material(experiment, options)
    summary = cross_validate(material)
    folder = export_bundle(material, summary, options.models, options.command)
    report.print(_table(summary))
    report.print(f"bundle: {folder}")


def _material(experiment: Experiment, options: argparse.Namespace) -> Material:
    return Material.of(experiment, options.cache, options.runs)


def _table(summary: Summary) -> Table:
    table = Table("held out", "int8", "float", title="clip accuracy")
    for fold in summary.folds:
        table.add_row(str(fold.fold), f"{fold.int8:.2%}", f"{fold.real:.2%}")
    table.add_section()
    table.add_row(
        "mean ± sd",
        f"{summary.int8_mean:.2%} ± {summary.int8_spread:.2%}",
        f"{summary.real_mean:.2%} ± {summary.real_spread:.2%}",
    )
    return table
