"""The verbs of the command line that use trained networks: calibrate, evaluate, export."""

import argparse

import msgspec

from soundpost.manifest import read_manifest
from soundpost_training.bundle.export import export as export_bundle
from soundpost_training.bundle.export import require_small_loss
from soundpost_training.bundle.proof import prove
from soundpost_training.cli.next_steps import print_next_steps
from soundpost_training.cli.tables import (
    accuracy_table,
    over_budget_lines,
    threshold_table,
)
from soundpost_training.errors import MISSED_BUDGET, ExperimentError
from soundpost_training.evaluate.accuracy import fold_accuracy
from soundpost_training.evaluate.calibrate import calibrate as choose_thresholds
from soundpost_training.evaluate.calibration import Calibration, labels_in_silence
from soundpost_training.evaluate.crossval import crossval as cross_validate
from soundpost_training.evaluate.crossval import (
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
from soundpost_training.train.context import TrainingContext
from soundpost_training.train.prepare_context import prepare_context

CALIBRATION_FILE = "calibration.json"
REPORT_FILE, REPORT_DATA_FILE = "report.html", "report.json"


def calibrate(experiment: Experiment, options: argparse.Namespace) -> int:
    """Chooses temperature and thresholds, and prints the detections and false alarms of each.

    Returns:
        `MISSED_BUDGET` if a label has too many false alarms, else 0; the thresholds are stored.
    """
    context = prepare_context(experiment, options.cache, options.runs)
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
    return MISSED_BUDGET if _print_over_budget(calibration, experiment) else 0


def evaluate(experiment: Experiment, options: argparse.Namespace) -> None:
    """Writes the report, and prints its path."""
    context = prepare_context(experiment, options.cache, options.runs)
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
    print_next_steps(context.dataset, evaluation, experiment.calibrate)


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
    context = prepare_context(experiment, options.cache, options.runs)
    scores = run_folds(context)
    evaluation = _evaluation(context, scores)
    if not options.force:
        require_small_loss(evaluation.summary.real_mean, evaluation.summary.int8_mean)
        shipped = fold_accuracy(held_out, scores[held_out])
        require_small_loss(shipped.real, shipped.int8)
    folder = export_bundle(context, evaluation, options.models, options.command)
    report.print(accuracy_table(evaluation.summary))
    _print_over_budget(evaluation.calibration, experiment)
    report.print(f"bundle: {folder}")
    if options.proof is not None:
        bundle = read_manifest(folder)
        folder = prove(context, evaluation, scores, bundle, options.proof)
        report.print(f"proof: {folder}")
    print_next_steps(context.dataset, evaluation, experiment.calibrate)


def _print_over_budget(calibration: Calibration, experiment: Experiment) -> bool:
    """Prints the labels with too many false alarms, and returns whether there are any."""
    lines = over_budget_lines(calibration, experiment.calibrate)
    for line in lines:
        console.print(line, style="yellow", soft_wrap=True)
    return bool(lines)


def _evaluation(context: TrainingContext, scores: AllScores) -> Evaluation:
    summary = cross_validate(context)
    calibration = choose_thresholds(context, scores)
    return evaluate_folds(context.experiment, context.dataset, scores, summary, calibration)
