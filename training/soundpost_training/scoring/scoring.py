"""Scores the clips of a fold in float, and in int8 by the daemon's classifier."""

import keras
import numpy as np

from soundpost_training.dataset.windows import windows_of_clips
from soundpost_training.progress import track
from soundpost_training.scoring.classifier import build_classifier, label_scores
from soundpost_training.scoring.fold_scores import FoldScores, float_scores
from soundpost_training.train.boosting_baseline import baseline_scores
from soundpost_training.train.context import TrainingContext


def score_fold(
    context: TrainingContext, fold: int | None, network: keras.Model | None, model: bytes | None
) -> FoldScores:
    """Scores the windows of a held-out fold.

    Args:
        context: The experiment and its data.
        fold: The held-out fold; None scores all clips.
        network: The trained network; None fits the baseline, and scores by that.
        model: The TFLite file made of the network; None scores in float only.
    """
    experiment, dataset = context.experiment, context.dataset
    clips = dataset.in_folds(dataset.folds if fold is None else [fold])
    windows, owners = windows_of_clips(context.features, clips, experiment.window)
    if network is None:
        real = baseline_scores(experiment, dataset, context.features, fold, windows)
    else:
        real = float_scores(network, windows)
    int8 = np.empty((0, len(dataset.labels)), np.float32)
    if model is not None:
        classifier = build_classifier(experiment, dataset, model)
        shown = track(windows, f"{context.fold_folder(fold).name}, int8")
        int8 = np.stack([label_scores(classifier, dataset, window) for window in shown])
    return FoldScores(
        clips=np.array(clips),
        truth=np.array(dataset.targets())[clips],
        owners=owners,
        int8=int8,
        real=real,
    )
