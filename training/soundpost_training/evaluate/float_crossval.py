"""Figures in float alone: of the baseline, and of networks that are still to be quantised."""

import keras
import msgspec
import numpy as np

from soundpost_training.dataset import refuse_single_label, training_folds
from soundpost_training.dataset.windows import windows_of_clips
from soundpost_training.experiment.experiment import Experiment
from soundpost_training.files import write_atomic
from soundpost_training.metrics import Figure, accuracy
from soundpost_training.quantize.convert import CONVERTING_BACKEND
from soundpost_training.scoring.scoring import FoldScores
from soundpost_training.train.boosting_baseline import baseline_scores
from soundpost_training.train.context import TrainingContext
from soundpost_training.train.train import train_fold

FLOAT_FILE = "float.json"


class FloatFold(msgspec.Struct, frozen=True, kw_only=True):
    """The clip accuracy of one held-out fold, or of all clips by what heard them."""

    fold: int | None
    real: float


class FloatSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The clip accuracy over all folds."""

    folds: list[FloatFold]
    mean: float
    spread: float


def makes_int8(experiment: Experiment) -> bool:
    """Whether there is something to quantise, and Keras runs on what can."""
    return experiment.model.arch != "boosting" and keras.backend.backend() == CONVERTING_BACKEND


def run_in_float(material: TrainingContext, fold: int | None) -> FloatFold:
    """Trains and scores one fold; what is there already is not done again.

    Raises:
        DatasetError: There is no such fold, or one label only.
    """
    refuse_single_label(material.dataset)
    training_folds(material.dataset, fold)
    kept = material.claim(fold) / FLOAT_FILE
    if kept.is_file():
        return msgspec.json.decode(kept.read_bytes(), type=FloatFold)
    scores = _score(material, fold)
    clips = scores.of_clips(scores.real)
    figure = FloatFold(fold=fold, real=accuracy(clips, scores.truth))
    write_atomic(kept, msgspec.json.encode(figure))
    return figure


def crossval_in_float(material: TrainingContext) -> FloatSummary:
    """The figures over all folds."""
    folds = [run_in_float(material, fold) for fold in material.dataset.folds]
    figure = Figure.over_folds([fold.real for fold in folds])
    return FloatSummary(folds=folds, mean=figure.mean, spread=figure.spread)


def _score(material: TrainingContext, fold: int | None) -> FoldScores:
    dataset = material.dataset
    clips = dataset.in_folds(dataset.folds if fold is None else [fold])
    windows, owners = windows_of_clips(material.features, clips, material.experiment.window)
    if material.experiment.model.arch == "boosting":
        real = baseline_scores(material, fold, windows)
    else:
        network = train_fold(material, fold)
        logits = network.predict(windows[..., None], batch_size=256, verbose=0)
        real = np.asarray(keras.ops.softmax(np.asarray(logits, np.float32)))
    return FoldScores(
        clips=np.array(clips),
        truth=np.array(dataset.targets())[clips],
        owners=owners,
        int8=np.empty((0, len(dataset.labels)), np.float32),
        real=real,
    )
