"""Accuracy that int8 loses on the training clips, which alone decide how int8 is made."""

import keras
import numpy as np
from numpy.typing import NDArray

from soundpost_training.dataset.clip import Dataset
from soundpost_training.experiment.experiment import Experiment
from soundpost_training.progress import track
from soundpost_training.scoring.classifier import build_classifier, label_scores
from soundpost_training.scoring.fold_scores import float_scores

Windows = NDArray[np.float32]

CONFIDENCE_MARGIN = 0.25
"""Windows count whose highest float score lies this far above equal scores. The others are mostly
the silence between sounds, which is trained to have no label. Their highest score changes by
chance: on fold 1 of ESC-10 in 5.7 % of the windows, in 0.1 % of those above the margin."""

MOST_WINDOWS = 10_000
"""Half a point of so many is fifty windows, which is precise enough for a large data set."""


class Int8AccuracyLoss:
    """Compares a TFLite model in the daemon's interpreter with the network in float.

    Args:
        experiment: Of the network.
        dataset: Its recordings.
        network: In float, trained on the windows.
        windows: float32[n, frames, bands] of clips of the training folds.
        truth: int64[n], the label of each.
    """

    def __init__(
        self,
        experiment: Experiment,
        dataset: Dataset,
        network: keras.Model,
        windows: Windows,
        truth: NDArray[np.int64],
    ) -> None:
        rng = np.random.default_rng(experiment.seed)
        sample = np.sort(rng.permutation(len(windows))[:MOST_WINDOWS])
        scores = float_scores(network, windows[sample])
        confident = scores.max(axis=1) >= 1.0 / scores.shape[1] + CONFIDENCE_MARGIN
        self._experiment, self._dataset = experiment, dataset
        self._windows, self._truth = windows[sample][confident], truth[sample][confident]
        self._is_right = scores[confident].argmax(axis=1) == self._truth

    def of(self, model: bytes) -> float:
        """Returns the accuracy lost on windows that the network is confident of in float.

        Args:
            model: The TFLite file.

        Returns:
            A share of the windows, 0.01 for a point; below 0 where int8 is more accurate, and 0
            where there are no such windows.
        """
        if not len(self._truth):
            return 0.0
        classifier = build_classifier(self._experiment, self._dataset, model)
        windows = track(self._windows, "accuracy lost by int8")
        labels = np.array(
            [label_scores(classifier, self._dataset, window).argmax() for window in windows]
        )
        return float(self._is_right.mean() - (labels == self._truth).mean())
