"""The verbs of the command line: each runs one step and prints its result."""

import argparse

import msgspec

from soundpost.manifest import read_manifest
from soundpost_training.bundle.export import export as export_bundle
from soundpost_training.bundle.export import require_small_loss
from soundpost_training.bundle.proof import prove
from soundpost_training.cli.tables import accuracy_table, threshold_table
from soundpost_training.dataset.folds import training_folds
from soundpost_training.dataset.leaky_folds import leak_warning
from soundpost_training.errors import ExperimentError
from soundpost_training.evaluate.accuracy import fold_accuracy
from soundpost_training.evaluate.calibrate import calibrate as choose_thresholds
from soundpost_training.evaluate.calibration import labels_in_silence
from soundpost_training.evaluate.crossval import crossval as cross_validate
from soundpost_training.evaluate.crossval import (
    crossval_among,
    makes_int8,
    measure_fold,
    run_fold,
    run_folds,
)
from soundpost_training.evaluate.evaluate import Evaluation, out_of_fold
from soundpost_training.evaluate.evaluate import evaluate as evaluate_folds
from soundpost_training.experiment.experiment import Experiment
from soundpost_training.files import write_atomic
from soundpost_training.progress import console, report
from soundpost_training.report import report_page
from soundpost_training.runs.history import read_history
from soundpost_training.scoring.fold_scores import AllScores
from soundpost_training.teacher.accuracy import evaluate_teachers
from soundpost_training.teacher.soft_labels import teach as teach_student
from soundpost_training.train.context import TrainingContext
from soundpost_training.train.prepare_context import prepare_context

CALIBRATION_FILE = "calibration.json"
NO_INT8 = "a baseline has no int8"
INT8_TO_COME = "int8 is made by the same command with KERAS_BACKEND=tensorflow"
REPORT_FILE, REPORT_DATA_FILE = "report.html", "report.json"


def prepare(experiment: Experiment, options: argparse.Namespace) -> None:
    """Computes the features, and prints the size of the data set."""
    context = _context(experiment, options)
    dataset, features = context.dataset, context.features
    frames = int(features.frames[: len(dataset.clips)].sum())
    seconds = frames * experiment.features.hop_samples
    report.print(
        f"{dataset.name}: {len(dataset.clips)} clips, {len(dataset.labels)} labels, "
        f"folds {dataset.folds}, {seconds / experiment.features.sample_rate_hz / 60:.1f} minutes"
    )
    if dataset.background:
        report.print(f"background: {len(dataset.background)} clips without a label")
    if dataset.reverb_copies:
        report.print(f"reverb: {dataset.reverb_copies} reverberated copies of each clip")


def teach(experiment: Experiment, options: argparse.Namespace) -> None:
    """Fills the pool, runs the teacher networks on it, and scores the teachers of a fold."""
    context = _context(experiment, options)
    pool, config = context.pool, experiment.teacher
    examples, features = pool.embeddings.shape
    report.print(f"the teacher has embedded {examples} examples, {features} features each")
    if config is not None and (config.runs or config.bundle):
        for fold in context.dataset.folds:
            labels = teach_student(pool, context.student(fold))
            report.print(f"fold {fold}: the student has {len(labels.examples)} examples")
    if options.fold is not None:
        training_folds(context.dataset, options.fold)
        student = context.student(options.fold)
        teach_student(pool, student)
        teachers = evaluate_teachers(student, context.features)
        report.print(
            f"fold {options.fold}, which no teacher was trained on: accuracy of the teachers "
            f"{teachers.clips:.2%} of clips, {teachers.windows:.2%} of windows"
        )


def train(experiment: Experiment, options: argparse.Namespace) -> None:
    """Trains, quantizes and scores the network that holds one fold out, or none."""
    context = _context(experiment, options)
    what = "all folds, which it was trained on" if options.fold is None else f"fold {options.fold}"
    measured = measure_fold(context, options.fold)
    if measured.has_int8:
        report.print(f"{what}: int8 {measured.int8:.2%}, float {measured.real:.2%}")
    else:
        report.print(f"{what}: float {measured.real:.2%}")
        report.print(_why_float(experiment))


def crossval(experiment: Experiment, options: argparse.Namespace) -> None:
    """Trains, quantizes and scores every fold, and prints the table.

    Raises:
        ExperimentError: `--among`, which is of int8, for a network that has no int8 version.
    """
    if options.among is not None and not makes_int8(experiment):
        raise ExperimentError(
            f"--among is the accuracy of int8, got a network without: {_why_float(experiment)}",
            hint="leave out --among",
        )
    context = _context(experiment, options)
    summary = cross_validate(context)
    report.print(accuracy_table(summary))
    if not summary.has_int8:
        report.print(_why_float(experiment))
    elif options.among is not None:
        scores = {fold: run_fold(context, fold) for fold in context.dataset.folds}
        title = f"clip accuracy among {len(options.among)} labels"
        among = crossval_among(context.dataset, scores, options.among)
        report.print(accuracy_table(among, title))


def calibrate(experiment: Experiment, options: argparse.Namespace) -> None:
    """Chooses temperature and thresholds, and prints the detections and false alarms of each."""
    context = _context(experiment, options)
    calibration = choose_thresholds(context, run_folds(context))
    content = msgspec.json.format(msgspec.json.encode(calibration), indent=2)
    write_atomic(context.folder / CALIBRATION_FILE, content)
    report.print(threshold_table(calibration))
    for label in labels_in_silence(calibration):
        console.print(
            f"{label.name} is detected in faint noise, with a score of {label.quiet:.3f}: "
            "train longer, with a greater augment.negative_share",
            style="yellow",
        )


def evaluate(experiment: Experiment, options: argparse.Namespace) -> None:
    """Writes the report, and prints its path."""
    context = _context(experiment, options)
    folds = run_folds(context)
    evaluation = _evaluation(context, folds)
    scores, truth, _ = out_of_fold([folds[fold] for fold in context.dataset.folds])
    page, data = context.folder / REPORT_FILE, context.folder / REPORT_DATA_FILE
    folders = [context.fold_folder(fold) for fold in context.dataset.folds]
    histories = {folder.name: read_history(folder) for folder in folders}
    write_atomic(page, report_page(evaluation, scores, truth, histories).encode())
    write_atomic(data, msgspec.json.format(msgspec.json.encode(evaluation), indent=2))
    report.print(accuracy_table(evaluation.summary))
    report.print(f"report: {page}, and the same as {data.name}")


def export(experiment: Experiment, options: argparse.Namespace) -> None:
    """Writes the bundle and, with `--proof`, its proof, and prints their paths.

    Raises:
        ExperimentError: `--proof` for a bundle that held a fold out.
        TrainingError: int8 loses more than a point of accuracy.
    """
    held_out = experiment.bundle.held_out_fold
    if options.proof is not None and held_out is not None:
        raise ExperimentError(
            f"{experiment.bundle.id} held out fold {held_out}, and is scored on it without a proof",
            hint="leave out --proof, or bundle.held_out_fold",
        )
    context = _context(experiment, options)
    scores = run_folds(context)
    evaluation = _evaluation(context, scores)
    if not options.force:
        require_small_loss(evaluation.summary.real_mean, evaluation.summary.int8_mean)
        shipped = fold_accuracy(held_out, scores[held_out])
        require_small_loss(shipped.real, shipped.int8)
    folder = export_bundle(context, evaluation, options.models, options.command)
    report.print(accuracy_table(evaluation.summary))
    report.print(f"bundle: {folder}")
    if options.proof is not None:
        bundle = read_manifest(folder)
        folder = prove(context, evaluation, scores, bundle, options.proof)
        report.print(f"proof: {folder}")


def _evaluation(context: TrainingContext, scores: AllScores) -> Evaluation:
    summary = cross_validate(context)
    calibration = choose_thresholds(context, scores)
    return evaluate_folds(context.experiment, context.dataset, scores, summary, calibration)


def _context(experiment: Experiment, options: argparse.Namespace) -> TrainingContext:
    context = prepare_context(experiment, options.cache, options.runs)
    if context.dataset.has_leaky_folds:
        console.print(leak_warning(context.dataset), style="bold red", highlight=False)
    return context


def _why_float(experiment: Experiment) -> str:
    return INT8_TO_COME if experiment.model.has_network else NO_INT8
