"""What int8 loses of sounds that a network was trained on: all that may decide how it is made."""

import keras
import numpy as np
from numpy.typing import NDArray

from soundpost_training.progress import track
from soundpost_training.scoring.scoring import classifier_of
from soundpost_training.train.context import TrainingContext

Windows = NDArray[np.float32]

SURE_BY = 0.25
"""How far a float score must lie above equal ones. What stays below in all labels is mostly the
silence between sounds, which is taught to be nothing: there the highest score turns by chance, on
fold 1 of ESC-10 in 5.7 % of the windows, and in 0.1 % of those above."""

MOST_WINDOWS = 10_000
"""A half point of so many is fifty windows; a large data set need not be heard again in whole."""


class Int8Loss:
    """What the daemon's interpreter loses of what a network says in float.

    Args:
        material: The experiment and its data.
        network: In float, trained on the windows.
        windows: float32[n, frames, bands] of clips of the training folds.
        truth: int64[n], the label of each.
    """

    def __init__(
        self,
        material: TrainingContext,
        network: keras.Model,
        windows: Windows,
        truth: NDArray[np.int64],
    ) -> None:
        rng = np.random.default_rng(material.experiment.seed)
        some = np.sort(rng.permutation(len(windows))[:MOST_WINDOWS])
        logits = network.predict(windows[some, ..., None], batch_size=256, verbose=0)
        scores = np.asarray(keras.ops.softmax(np.asarray(logits, np.float32)))
        sure = scores.max(axis=1) >= 1.0 / scores.shape[1] + SURE_BY
        self._material = material
        self._windows, self._truth = windows[some][sure], truth[some][sure]
        self._right = scores[sure].argmax(axis=1) == self._truth

    def of(self, model: bytes) -> float:
        """The accuracy that is lost of windows which the network in float is sure of.

        Args:
            model: The TFLite file.

        Returns:
            A share of them, 0.01 for a point; below 0 where int8 hears better, and 0 where the
            network is sure of nothing.
        """
        if not len(self._truth):
            return 0.0
        classifier = classifier_of(self._material, model)
        heard = track(self._windows, "what int8 loses")
        told = np.array([classifier.scores(window).argmax() for window in heard])
        return float(self._right.mean() - (told == self._truth).mean())
