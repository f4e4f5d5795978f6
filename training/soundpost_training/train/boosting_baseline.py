"""What is reached without any network: boosted trees on the statistics of log-mel."""

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from soundpost_training.dataset import training_folds
from soundpost_training.dataset.windows import windows_of_clips
from soundpost_training.train.context import TrainingContext

ROUNDS = 60
LEARNING_RATE = 0.1
LEAVES = 15
SMALLEST_LEAF = 10
REGULARIZATION = 1.0
"""Of the leaves (L2): without it, fifty labels and few clips of each make the trees diverge."""

SHARE_OF_FEATURES = 0.2
PERCENTILES = (10, 50, 90)


def baseline_scores(
    material: TrainingContext, fold: int | None, windows: NDArray[np.float32]
) -> NDArray[np.float32]:
    """The scores float32[n, labels] of windows, by trees that were grown on the other folds.

    Gradient boosting on histograms (Friedman, 2001; Ke et al., "LightGBM", NeurIPS 2017), of the
    very windows that a network is scored by, without augmentation.

    Args:
        material: The experiment and its data.
        fold: The fold that is held out, if any.
        windows: float32[n, frames, mel_bands].
    """
    dataset, experiment = material.dataset, material.experiment
    clips = dataset.in_folds(training_folds(dataset, fold))
    heard, owners = windows_of_clips(material.features, clips, experiment.window)
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
    trees.fit(statistics(heard), np.array(dataset.targets())[clips][owners])
    scores = np.zeros((len(windows), len(dataset.labels)), np.float32)
    scores[:, trees.classes_] = trees.predict_proba(statistics(windows))
    return scores


def statistics(windows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Over time, of each band: mean, spread, percentiles, and the mean step between two frames.

    Args:
        windows: float32[n, frames, mel_bands].

    Returns:
        float32[n, 6 * mel_bands].
    """
    steps = np.abs(np.diff(windows, axis=1, append=windows[:, -1:]))
    parts: list[NDArray[np.floating]] = [
        windows.mean(axis=1),
        windows.std(axis=1),
        steps.mean(axis=1),
    ]
    parts.extend(np.percentile(windows, PERCENTILES, axis=1))
    return np.concatenate(parts, axis=1).astype(np.float32)
