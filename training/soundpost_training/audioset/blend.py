"""Scores of our labels, blended from the AudioSet classes of both teachers."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from soundpost.classify.activation import sigmoid
from soundpost_training.audioset.label_map import LabelMap
from soundpost_training.audioset.soft_scores import AudioSetTeachers, TeacherScores

Mean = Literal["arithmetic", "geometric"]

BATCH = 4096
"""Windows at once, to bound memory: float64 copies of all classes would be large."""


class Blend:
    """Turns scores of AudioSet classes into scores of labels.

    A teacher's score of a label is the highest score of the label's classes; the blended score is
    the mean of both teachers'. Either network alone has more false positives than the mean of both
    at equal recall (ADR 38).

    Args:
        label_map: The labels and their classes.
        teachers: The networks, for the order of their classes.
        mean: `arithmetic`, or `geometric`, for which both teachers must have a high score.

    Raises:
        DatasetError: A class of the map is unknown, or a teacher has none of a label's classes.
    """

    def __init__(
        self, label_map: LabelMap, teachers: AudioSetTeachers, mean: Mean = "arithmetic"
    ) -> None:
        # AudioSet has more classes than YAMNet: only a name that neither has is a mistake.
        label_map.check_classes({*teachers.mn04.class_names, *teachers.yamnet.class_names})
        self._mn04_columns = label_map.columns(teachers.mn04.class_names)
        self._yamnet_columns = label_map.columns(teachers.yamnet.class_names)
        self._mean = mean

    def label_scores(self, scores: TeacherScores) -> NDArray[np.float32]:
        """Returns the blended scores of each window, float32[n, labels], 0 to 1."""
        blended = np.empty((len(scores.mn04_logits), len(self._mn04_columns)), np.float32)
        for first in range(0, len(blended), BATCH):
            batch = slice(first, first + BATCH)
            probabilities = sigmoid(scores.mn04_logits[batch].astype(np.float64))
            mn04 = _highest(probabilities, self._mn04_columns)
            yamnet = _highest(scores.yamnet_scores[batch].astype(np.float64), self._yamnet_columns)
            both = (mn04 + yamnet) / 2 if self._mean == "arithmetic" else np.sqrt(mn04 * yamnet)
            blended[batch] = both
        return blended


def _highest(
    scores: NDArray[np.float64], columns: Sequence[NDArray[np.int64]]
) -> NDArray[np.float64]:
    """Returns the highest score of each label's classes, float64[n, labels]."""
    return np.stack([scores[:, classes].max(axis=1) for classes in columns], axis=1)
