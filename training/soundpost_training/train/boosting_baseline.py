"""A baseline without a network: gradient-boosted trees on statistics of log-mel."""

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from soundpost_training.dataset.clip import Dataset
from soundpost_training.dataset.features import Features
from soundpost_training.dataset.folds import training_folds
from soundpost_training.dataset.windows import windows_of_clips
from soundpost_training.experiment.experiment import Experiment

ROUNDS = 60
LEARNING_RATE = 0.1
LEAVES = 15
SMALLEST_LEAF = 10
REGULARIZATION = 1.0
"""L2, of the leaves: without it, fifty labels with few clips each make the trees diverge."""

SHARE_OF_FEATURES = 0.2
"""Of the statistics, tried at each split: neighbouring bands are alike, and fewer are faster."""

PERCENTILES = (10, 50, 90)


def baseline_scores(
    experiment: Experiment,
    dataset: Dataset,
    features: Features,
    fold: int | None,
    windows: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Fits trees on the other folds, and returns their scores of windows, float32[n, labels].

    Gradient boosting on histograms (Friedman, 2001; Ke et al., "LightGBM", NeurIPS 2017), on the
    windows that a network is scored on, without augmentation.

    Args:
        experiment: Window and seed.
        dataset: The recordings.
        features: Their log-mel.
        fold: The held-out fold, if any.
        windows: float32[n, frames, mel_bands].
    """
    clips = dataset.in_folds(training_folds(dataset, fold))
    training_windows, owners = windows_of_clips(features, clips, experiment.window)
    trees = HistGradientBoostingClassifier(
        max_iter=ROUNDS,
        learning_rate=LEARNING_RATE,
        max_leaf_nodes=LEAVES,
        min_samples_leaf=SMALLEST_LEAF,
        l2_regularization=REGULARIZATION,
        max_features=SHARE_OF_FEATURES,
        early_stopping=False,
        random_state=experiment.seed,
    )
    trees.fit(statistics(training_windows), np.array(dataset.targets())[clips][owners])
    scores = np.zeros((len(windows), len(dataset.labels)), np.float32)
    scores[:, trees.classes_] = trees.predict_proba(statistics(windows))
    return scores


def statistics(windows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns statistics over time of each band, float32[n, 6 * mel_bands].

    They are mean, standard deviation, mean step between two frames, and three percentiles.

    Args:
        windows: float32[n, frames, mel_bands].
    """
    steps = np.abs(np.diff(windows, axis=1, append=windows[:, -1:]))
    parts: list[NDArray[np.floating]] = [
        windows.mean(axis=1),
        windows.std(axis=1),
        steps.mean(axis=1),
    ]
    parts.extend(np.percentile(windows, PERCENTILES, axis=1))
    return np.concatenate(parts, axis=1).astype(np.float32)
