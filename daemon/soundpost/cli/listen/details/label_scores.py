"""The scores of a model over time."""

from array import array
from collections.abc import Sequence

import numpy as np

from soundpost.cli.listen.details.maxima import Maxima, Rows
from soundpost.decide import Rule
from soundpost.decide.smoothing import MovingMean
from soundpost.events import Scores
from soundpost.observer import Observer

MOST_COLUMNS = 1_200
"""More than a screen has pixels for; with thousands of labels they take 30 MB."""


class LabelScores(Observer):
    """Follows the smoothed scores of a model, to which thresholds apply.

    Args:
        model: The position of the model.
        rules: The rules of its labels, without those of `any` and `unknown`.

    Attributes:
        rules: These rules.
        window_samples: The length of a window; 0 before the first one.
    """

    def __init__(self, model: int, rules: Sequence[Rule]) -> None:
        self.rules = rules
        self.window_samples = 0
        self._model = model
        self._indices = np.array([rule.index for rule in rules], np.intp)
        self._mean = MovingMean([rule.smoothing_windows for rule in rules]) if rules else None
        self._scores = Maxima(len(rules), MOST_COLUMNS)
        self._begins = array("q")
        self._until_sample = 0

    def on_scores(self, scores: Scores) -> None:
        """Adds the scores of a window."""
        if self._mean is None or scores.model != self._model:
            return
        window = scores.window
        if window.start_sample > self._until_sample:
            self._mean.reset()  # as the tracker does after a gap
        self._until_sample = window.end_sample
        self.window_samples = max(self.window_samples, window.end_sample - window.start_sample)
        self._begins.append(window.start_sample)
        self._scores.add(self._mean.add(scores.values[self._indices])[np.newaxis])

    @property
    def begin_samples(self) -> list[int]:
        """The first sample of each column of `values`."""
        return self._begins[:: self._scores.step].tolist()

    @property
    def values(self) -> Rows:
        """The scores, float32[columns, labels], in the order of the rules."""
        return self._scores.columns
