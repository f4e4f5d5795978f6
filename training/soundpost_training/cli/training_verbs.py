"""The verbs of the command line up to trained networks: prepare, teach, train, crossval."""

import argparse

from soundpost_training.cli.tables import accuracy_table, dataset_lines, folds_title
from soundpost_training.dataset.folds import training_folds
from soundpost_training.errors import ExperimentError
from soundpost_training.evaluate.accuracy import FoldAccuracy, Summary, summarize
from soundpost_training.evaluate.crossval import (
    crossval_among,
    makes_int8,
    measure_fold,
    run_fold,
    store_summary,
)
from soundpost_training.experiment.experiment import Experiment
from soundpost_training.progress import report
from soundpost_training.teacher.accuracy import evaluate_teachers
from soundpost_training.teacher.soft_labels import teach as teach_student
from soundpost_training.train.context import TrainingContext
from soundpost_training.train.prepare_context import prepare_context

NO_INT8 = "a baseline has no int8"
INT8_TO_COME = "int8 is made by the same command with KERAS_BACKEND=tensorflow"


def prepare(experiment: Experiment, options: argparse.Namespace) -> None:
    """Computes the features, and prints the size of the data set."""
    context = prepare_context(experiment, options.cache, options.runs)
    dataset, features = context.dataset, context.features
    frames = int(features.frames[: len(dataset.clips)].sum())
    seconds = frames * experiment.features.hop_samples / experiment.features.sample_rate_hz
    for line in dataset_lines(dataset, seconds / 60):
        report.print(line)


def teach(experiment: Experiment, options: argparse.Namespace) -> None:
    """Fills the pool, runs the teacher networks on it, and scores the teachers of a fold."""
    context = prepare_context(experiment, options.cache, options.runs)
    pool, config = context.pool, experiment.teacher
    examples, features = pool.embeddings.shape
    report.print(f"the teacher has embedded {examples} examples, {features} features each")
    if pool.crops is not None:
        crops, features = pool.crops.embeddings.shape
        report.print(f"the waveform teacher has embedded {crops} crops, {features} features each")
    if config is not None and (config.runs or config.bundle):
        for fold in context.dataset.folds:
            labels = teach_student(pool, context.student(fold))
            report.print(f"fold {fold}: the student has {len(labels.examples)} examples")
    for fold in options.folds or [getattr(options, "fold", None)]:
        if fold is None:
            continue
        training_folds(context.dataset, fold)
        student = context.student(fold)
        teach_student(pool, student)
        teachers = evaluate_teachers(student, context.features, pool.crops)
        report.print(
            f"fold {fold}, which no teacher was trained on: accuracy of the teachers "
            f"{teachers.clips:.2%} of clips, {teachers.windows:.2%} of windows"
        )


def train(experiment: Experiment, options: argparse.Namespace) -> None:
    """Trains, quantizes and scores the network that holds one fold out, or none, or some."""
    context = prepare_context(experiment, options.cache, options.runs)
    for fold in options.folds or [getattr(options, "fold", None)]:
        what = "all folds, which it was trained on" if fold is None else f"fold {fold}"
        measured = measure_fold(context, fold)
        if measured.has_int8:
            report.print(f"{what}: int8 {measured.int8:.2%}, float {measured.real:.2%}")
        else:
            report.print(f"{what}: float {measured.real:.2%}")
            report.print(_why_float(experiment))


def crossval(experiment: Experiment, options: argparse.Namespace) -> None:
    """Trains, quantizes and scores every fold, or some, and prints the table.

    Ctrl-C prints the table of the folds that are finished.

    Raises:
        ExperimentError: `--among`, which is of int8, for a network that has no int8 version.
    """
    if options.among is not None and not makes_int8(experiment):
        raise ExperimentError(
            f"--among is the accuracy of int8, got a network without: {_why_float(experiment)}",
            hint="leave out --among",
        )
    context = prepare_context(experiment, options.cache, options.runs)
    folds = options.folds or context.dataset.folds
    measured: list[FoldAccuracy] = []
    try:
        measured.extend(measure_fold(context, fold) for fold in folds)
    except KeyboardInterrupt:
        if measured:
            _print_accuracy(context, measured)
        raise
    summary = _print_accuracy(context, measured)
    store_summary(context, summary)
    if not summary.has_int8:
        report.print(_why_float(experiment))
    elif options.among is not None:
        scores = {fold: run_fold(context, fold) for fold in folds}
        title = f"clip accuracy among {len(options.among)} labels"
        among = crossval_among(context.dataset, scores, options.among)
        report.print(accuracy_table(among, folds_title(title, among, context.dataset)))


def _print_accuracy(context: TrainingContext, measured: list[FoldAccuracy]) -> Summary:
    summary = summarize(measured)
    title = folds_title("clip accuracy", summary, context.dataset)
    report.print(accuracy_table(summary, title))
    return summary


def _why_float(experiment: Experiment) -> str:
    return INT8_TO_COME if experiment.model.has_network else NO_INT8
