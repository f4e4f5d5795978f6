"""What each verb of the command line does."""

import argparse

import msgspec

from soundpost.manifest import read_manifest
from soundpost_training.bundle.export import export as export_bundle
from soundpost_training.bundle.export import require_small_loss
from soundpost_training.bundle.proof import prove
from soundpost_training.cli.tables import accuracy_table, float_table, threshold_table
from soundpost_training.dataset import cost
from soundpost_training.errors import ExperimentError
from soundpost_training.evaluate.calibrate import calibrate as choose_thresholds
from soundpost_training.evaluate.calibration import told_of_silence
from soundpost_training.evaluate.crossval import crossval as cross_validate
from soundpost_training.evaluate.crossval import crossval_among, figures, run_fold
from soundpost_training.evaluate.evaluate import Evaluation, out_of_fold
from soundpost_training.evaluate.evaluate import evaluate as evaluate_folds
from soundpost_training.evaluate.float_crossval import crossval_in_float, makes_int8, run_in_float
from soundpost_training.experiment.experiment import Experiment
from soundpost_training.files import write_atomic
from soundpost_training.progress import console, report
from soundpost_training.report import report_page
from soundpost_training.runs.history import read_history
from soundpost_training.train.context import TrainingContext
from soundpost_training.train.distillation import judge_fold, teach_fold

CALIBRATION_FILE = "calibration.json"
NO_INT8 = "a baseline has no int8"
INT8_TO_COME = "int8 is made by the same command with KERAS_BACKEND=tensorflow"
REPORT_FILE, REPORT_DATA_FILE = "report.html", "report.json"


def prepare(experiment: Experiment, options: argparse.Namespace) -> None:
    """Makes the features, and says of what."""
    material = _material(experiment, options)
    dataset, features = material.dataset, material.features
    frames = int(features.frames[: len(dataset.clips)].sum())
    seconds = frames * experiment.features.hop_samples
    report.print(
        f"{dataset.name}: {len(dataset.clips)} clips, {len(dataset.labels)} labels, "
        f"folds {dataset.folds}, {seconds / experiment.features.sample_rate_hz / 60:.1f} minutes"
    )
    if dataset.background:
        report.print(f"background: {len(dataset.background)} clips without a label")
    if dataset.wet_copies:
        report.print(f"rooms: each clip is heard in {dataset.wet_copies} more")


def teach(experiment: Experiment, options: argparse.Namespace) -> None:
    """Fills the pool, has whole networks listen to it, and judges the teachers of a fold."""
    material = _material(experiment, options)
    pool, config = material.pool, experiment.teacher
    examples, features = pool.heard.shape
    report.print(f"the teacher heard {examples} examples and answers {features} features each")
    if config is not None and (config.runs or config.bundle):
        for fold in material.dataset.folds:
            told = teach_fold(material, fold)
            report.print(f"fold {fold}: the student is told of {len(told.examples)} examples")
    if options.fold is not None:
        judged = judge_fold(material, options.fold)
        report.print(
            f"fold {options.fold}, which no teacher has heard: they are right of "
            f"{judged.clips:.2%} of the clips, of {judged.windows:.2%} of the windows"
        )


def train(experiment: Experiment, options: argparse.Namespace) -> None:
    """Trains, quantizes and scores the network of one fold, or that of all folds."""
    material = _material(experiment, options)
    what = "all folds, heard in training" if options.fold is None else f"fold {options.fold}"
    if makes_int8(experiment):
        measured = figures(options.fold, run_fold(material, options.fold))
        report.print(f"{what}: int8 {measured.int8:.2%}, float {measured.real:.2%}")
    else:
        report.print(f"{what}: float {run_in_float(material, options.fold).real:.2%}")
        report.print(_why_float(experiment))


def crossval(experiment: Experiment, options: argparse.Namespace) -> None:
    """Does so for every fold, and prints the table.

    Raises:
        ExperimentError: Figures among some labels, which are of int8, where there is none.
    """
    if options.among is not None and not makes_int8(experiment):
        raise ExperimentError(
            f"--among tells figures of int8, got none here: {_why_float(experiment)}",
            hint="leave out --among",
        )
    material = _material(experiment, options)
    if makes_int8(experiment):
        report.print(accuracy_table(cross_validate(material)))
        if options.among is not None:
            title = f"clip accuracy among {len(options.among)} labels"
            report.print(accuracy_table(crossval_among(material, options.among), title))
    else:
        report.print(float_table(crossval_in_float(material)))
        report.print(_why_float(experiment))


def calibrate(experiment: Experiment, options: argparse.Namespace) -> None:
    """Chooses temperature and thresholds, and prints what they do."""
    material = _material(experiment, options)
    calibration = choose_thresholds(material)
    content = msgspec.json.format(msgspec.json.encode(calibration), indent=2)
    write_atomic(material.folder / CALIBRATION_FILE, content)
    report.print(threshold_table(calibration))
    for label in told_of_silence(calibration):
        console.print(
            f"{label.name} is told of faint noise, which it scores {label.quiet:.3f}: "
            "train longer, with a greater augment.negative_share",
            style="yellow",
        )


def evaluate(experiment: Experiment, options: argparse.Namespace) -> None:
    """Writes the report, and says where."""
    material = _material(experiment, options)
    evaluation = _evaluation(material)
    scores, truth, _ = out_of_fold([run_fold(material, fold) for fold in material.dataset.folds])
    page, data = material.folder / REPORT_FILE, material.folder / REPORT_DATA_FILE
    folders = [material.fold_folder(fold) for fold in material.dataset.folds]
    histories = {folder.name: read_history(folder) for folder in folders}
    write_atomic(page, report_page(evaluation, scores, truth, histories).encode())
    write_atomic(data, msgspec.json.format(msgspec.json.encode(evaluation), indent=2))
    report.print(accuracy_table(evaluation.summary))
    report.print(f"report: {page}, and the same as {data.name}")


def export(experiment: Experiment, options: argparse.Namespace) -> None:
    """Writes the bundle and, where one is asked for, its proof; says where.

    Raises:
        ExperimentError: A proof of a bundle that needs none.
        TrainingError: int8 loses more than a point.
    """
    held_out = experiment.bundle.held_out_fold
    if options.proof is not None and held_out is not None:
        raise ExperimentError(
            f"{experiment.bundle.id} held out fold {held_out}, which judges it without a proof",
            hint="leave out --proof, or bundle.held_out_fold",
        )
    material = _material(experiment, options)
    evaluation = _evaluation(material)
    if not options.force:
        require_small_loss(evaluation.summary.real_mean, evaluation.summary.int8_mean)
        shipped = figures(held_out, run_fold(material, held_out))
        require_small_loss(shipped.real, shipped.int8)
    folder = export_bundle(material, evaluation, options.models, options.command)
    report.print(accuracy_table(evaluation.summary))
    report.print(f"bundle: {folder}")
    if options.proof is not None:
        bundle = read_manifest(folder)
        where = prove(material, evaluation, bundle, options.proof, options.command)
        report.print(f"proof: {where}")


def _evaluation(material: TrainingContext) -> Evaluation:
    summary = cross_validate(material)
    return evaluate_folds(material, summary, choose_thresholds(material))


def _material(experiment: Experiment, options: argparse.Namespace) -> TrainingContext:
    material = TrainingContext.of(experiment, options.cache, options.runs)
    if material.dataset.dealt_by_clip:
        console.print(cost(material.dataset), style="bold red", highlight=False)
    return material


def _why_float(experiment: Experiment) -> str:
    return NO_INT8 if experiment.model.arch == "boosting" else INT8_TO_COME
