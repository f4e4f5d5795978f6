"""Every fold held out once: train, quantize, score; then the figures over all folds."""

import keras
import msgspec
import numpy as np

from soundpost_training.dataset import refuse_single_label, refuse_unknown_labels, training_folds
from soundpost_training.errors import DatasetError
from soundpost_training.files import write_atomic
from soundpost_training.metrics import Figure, accuracy
from soundpost_training.quantize.int8_model import TFLITE_FILE, has_int8, make_int8
from soundpost_training.scoring.scoring import SCORES_FILE, FoldScores, score_fold
from soundpost_training.train.context import TrainingContext
from soundpost_training.train.train import train_fold

SUMMARY_FILE = "crossval.json"


class FoldAccuracy(msgspec.Struct, frozen=True, kw_only=True):
    """The clip accuracy of one held-out fold, or of all clips by the network that heard them."""

    fold: int | None
    int8: float
    real: float


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """The clip accuracy over all folds, and the bytes of the last fold's model."""

    folds: list[FoldAccuracy]
    int8_mean: float
    int8_spread: float
    real_mean: float
    real_spread: float


def run_fold(material: TrainingContext, fold: int | None) -> FoldScores:
    """Trains, quantizes and scores one fold; what is there already is not done again.

    Args:
        material: The experiment and its data.
        fold: The fold that is held out; None trains on all folds, and scores what was heard.

    Raises:
        DatasetError: There is no such fold, or one label only.
    """
    refuse_single_label(material.dataset)
    training_folds(material.dataset, fold)
    folder = material.claim(fold)
    path, quantized = folder / SCORES_FILE, has_int8(material, fold)
    if quantized and path.is_file():
        return FoldScores.load(path)
    path.unlink(missing_ok=True)  # of another int8 model
    network = train_fold(material, fold)
    kept = folder / TFLITE_FILE
    model = kept.read_bytes() if quantized else make_int8(material, fold, network)
    scores = score_fold(material, fold, network, model)
    scores.save(path)
    keras.backend.clear_session()
    return scores


def crossval(material: TrainingContext) -> Summary:
    """The figures over all folds, also kept as JSON beside the runs."""
    folds = [figures(fold, run_fold(material, fold)) for fold in material.dataset.folds]
    summary = summarize(folds)
    write_atomic(
        material.folder / SUMMARY_FILE,
        msgspec.json.format(msgspec.json.encode(summary), indent=2),
    )
    return summary


def crossval_among(material: TrainingContext, labels: tuple[str, ...]) -> Summary:
    """The figures among some labels: of the clips that have one of them, the best of their scores.

    Raises:
        DatasetError: The data set has not all of them, or there is but one.
    """
    refuse_unknown_labels(material.dataset, labels, "--among")
    columns = sorted({material.dataset.labels.index(label) for label in labels})
    if len(columns) < 2:  # noqa: PLR2004 - one from another
        raise DatasetError(
            f"--among {','.join(labels)} leaves nothing to be told from another",
            hint="name two labels or more, with commas",
        )
    folds = [(fold, run_fold(material, fold)) for fold in material.dataset.folds]
    return summarize(
        [
            figures_among(columns, fold, scores)
            for fold, scores in folds
            if np.isin(scores.truth, columns).any()
        ]
    )


def figures_among(columns: list[int], fold: int | None, scores: FoldScores) -> FoldAccuracy:
    """The accuracies of one fold among some labels, whose ascending positions are given."""
    chosen = np.isin(scores.truth, columns)
    truth = np.searchsorted(columns, scores.truth[chosen])
    int8, real = (
        accuracy(scores.of_clips(windows)[chosen][:, columns], truth)
        for windows in (scores.int8, scores.real)
    )
    return FoldAccuracy(fold=fold, int8=int8, real=real)


def figures(fold: int | None, scores: FoldScores) -> FoldAccuracy:
    """The accuracies of one fold."""
    return FoldAccuracy(
        fold=fold,
        int8=accuracy(scores.of_clips(scores.int8), scores.truth),
        real=accuracy(scores.of_clips(scores.real), scores.truth),
    )


def summarize(folds: list[FoldAccuracy]) -> Summary:
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
