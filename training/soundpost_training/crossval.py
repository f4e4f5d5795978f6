"""Every fold held out once: train, quantize, score; then the figures over all folds."""

import keras
import msgspec
import numpy as np

from soundpost_training.dataset import training_folds
from soundpost_training.material import Material
from soundpost_training.metrics import Figure, accuracy
from soundpost_training.quantize import calibration_windows, quantize_model
from soundpost_training.scoring import SCORES_FILE, FoldScores, score_fold
from soundpost_training.train import train_fold
from soundpost_training.windows import windows_of_clips

TFLITE_FILE = "model.tflite"
SUMMARY_FILE = "crossval.json"


class FoldFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The clip accuracy of one held-out fold, or of all clips by the network that heard them."""

    fold: int | None
    int8: float
    real: float


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """The clip accuracy over all folds, and the bytes of the last fold's model."""

    folds: list[FoldFigures]
    int8_mean: float
    int8_spread: float
    real_mean: float
    real_spread: float


def run_fold(material: Material, fold: int | None) -> FoldScores:
    """Trains, quantizes and scores one fold; what is there already is not done again.

    Args:
        material: The experiment and its data.
        fold: The fold that is held out; None trains on all folds, and scores what was heard.
    """
    folder = material.fold_folder(fold)
    network = train_fold(material, fold)
    kept = folder / SCORES_FILE
    if kept.is_file() and (folder / TFLITE_FILE).is_file():
        return FoldScores.load(kept)
    model = _quantize(material, fold, network)
    (folder / TFLITE_FILE).write_bytes(model)
    scores = score_fold(material, fold, network, model)
    scores.save(kept)
    keras.backend.clear_session()
    return scores


def _quantize(material: Material, fold: int | None, network: keras.Model) -> bytes:
    experiment = material.experiment
    clips = material.dataset.in_folds(training_folds(material.dataset, fold))
    windows, _ = windows_of_clips(material.features, clips, experiment.window)
    calibration = calibration_windows(
        np.random.default_rng(experiment.seed),
        windows,
        experiment.bundle.calibration_windows,
        experiment.features.log_offset,
    )
    return quantize_model(network, experiment.model, calibration)


def crossval(material: Material) -> Summary:
    """The figures over all folds, also kept as JSON beside the runs."""
    folds = [figures(fold, run_fold(material, fold)) for fold in material.dataset.folds]
    summary = summarize(folds)
    path = material.folder / SUMMARY_FILE
    path.write_bytes(msgspec.json.format(msgspec.json.encode(summary), indent=2))
    return summary


def figures(fold: int | None, scores: FoldScores) -> FoldFigures:
    """The accuracies of one fold."""
    return FoldFigures(
        fold=fold,
        int8=accuracy(scores.of_clips(scores.int8), scores.truth),
        real=accuracy(scores.of_clips(scores.real), scores.truth),
    )


def summarize(folds: list[FoldFigures]) -> Summary:
    """Means and standard deviations of the folds' accuracies."""
    int8 = Figure.over_folds([fold.int8 for fold in folds])
    real = Figure.over_folds([fold.real for fold in folds])
    return Summary(
        folds=folds,
        int8_mean=int8.mean,
        int8_spread=int8.spread,
        real_mean=real.mean,
        real_spread=real.spread,
    )
