"""Cross-validation: holds every fold out once, trains, quantises where possible, and scores."""

from collections.abc import Mapping

import keras
import msgspec
import numpy as np

from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.folds import refuse_single_label, training_folds
from soundpost_training.dataset.select import refuse_unknown_labels
from soundpost_training.errors import DatasetError
from soundpost_training.evaluate.accuracy import (
    FoldAccuracy,
    Summary,
    accuracy_among,
    fold_accuracy,
    summarize,
)
from soundpost_training.experiment.experiment import Experiment
from soundpost_training.files import write_atomic
from soundpost_training.quantize.convert import CONVERTING_BACKEND
from soundpost_training.quantize.int8_model import has_int8, make_int8
from soundpost_training.runs.run_folder import TFLITE_FILE
from soundpost_training.scoring.fold_scores import SCORES_FILE, AllScores, FoldScores
from soundpost_training.scoring.scoring import score_fold
from soundpost_training.train.context import TrainingContext
from soundpost_training.train.train import train_fold

SUMMARY_FILE = "crossval.json"
FLOAT_FILE = "float.json"
"""The accuracy of a fold that was scored in float only."""


def makes_int8(experiment: Experiment) -> bool:
    """Returns whether the experiment has a network, and Keras a backend that can convert it."""
    return experiment.model.has_network and keras.backend.backend() == CONVERTING_BACKEND


def run_fold(context: TrainingContext, fold: int | None) -> FoldScores:
    """Trains, quantises and scores one fold; stored results are loaded instead.

    Args:
        context: The experiment and its data.
        fold: The held-out fold; None trains on all folds, and scores the training clips.

    Raises:
        DatasetError: There is no such fold, or only one label.
        TrainingError: There is nothing to quantise, or Keras has a backend that cannot convert.
    """
    refuse_single_label(context.dataset)
    training_folds(context.dataset, fold)
    folder = context.claim(fold)
    path, is_quantised = folder / SCORES_FILE, has_int8(context, fold)
    if is_quantised and path.is_file():
        return FoldScores.load(path)
    path.unlink(missing_ok=True)  # of another int8 model
    network = train_fold(context, fold)
    stored = folder / TFLITE_FILE
    model = stored.read_bytes() if is_quantised else make_int8(context, fold, network)
    scores = score_fold(context, fold, network, model)
    scores.save(path)
    keras.backend.clear_session()
    return scores


def run_folds(context: TrainingContext) -> AllScores:
    """Runs every fold, and all folds together where the bundle holds none out."""
    runs: list[int | None] = [*context.dataset.folds]
    if context.experiment.bundle.held_out_fold is None:
        runs.append(None)
    return {fold: run_fold(context, fold) for fold in runs}


def measure_fold(context: TrainingContext, fold: int | None) -> FoldAccuracy:
    """Trains one fold and returns its accuracies: in int8 too, where that can be made.

    Args:
        context: The experiment and its data.
        fold: The held-out fold; None trains on all folds, and scores the training clips.

    Raises:
        DatasetError: There is no such fold, or only one label.
    """
    if makes_int8(context.experiment):
        return fold_accuracy(fold, run_fold(context, fold))
    refuse_single_label(context.dataset)
    training_folds(context.dataset, fold)
    path = context.claim(fold) / FLOAT_FILE
    if path.is_file():
        return msgspec.json.decode(path.read_bytes(), type=FoldAccuracy)
    network = train_fold(context, fold) if context.experiment.model.has_network else None
    measured = fold_accuracy(fold, score_fold(context, fold, network, None))
    write_atomic(path, msgspec.json.encode(measured))
    return measured


def crossval(context: TrainingContext) -> Summary:
    """Returns the accuracy over all folds; writes it beside the runs if it has int8."""
    summary = summarize([measure_fold(context, fold) for fold in context.dataset.folds])
    store_summary(context, summary)
    return summary


def store_summary(context: TrainingContext, summary: Summary) -> None:
    """Writes accuracies in int8 beside the runs; those of some folds under another name.

    The file of all folds is never replaced by one of fewer.
    """
    if not summary.has_int8:
        return
    measured = [fold.fold for fold in summary.folds]
    name = SUMMARY_FILE
    if measured != context.dataset.folds:
        name = f"crossval-folds-{'-'.join(map(str, measured))}.json"
    content = msgspec.json.format(msgspec.json.encode(summary), indent=2)
    write_atomic(context.folder / name, content)


def crossval_among(
    dataset: Dataset, scores: Mapping[int, FoldScores], labels: tuple[str, ...]
) -> Summary:
    """Returns the accuracy over all folds among some labels; see `accuracy_among`.

    Args:
        dataset: Has the labels.
        scores: Of each fold.
        labels: Two or more.

    Raises:
        DatasetError: The data set lacks one of them, or there is only one.
    """
    refuse_unknown_labels(dataset, labels, "--among")
    columns = sorted({dataset.labels.index(label) for label in labels})
    if len(columns) < 2:  # noqa: PLR2004 - a label and one that it could be confused with
        raise DatasetError(
            f"--among {','.join(labels)} leaves nothing to distinguish",
            hint="name two labels or more, with commas",
        )
    return summarize(
        [
            accuracy_among(columns, fold, fold_scores)
            for fold, fold_scores in scores.items()
            if np.isin(fold_scores.truth, columns).any()
        ]
    )
