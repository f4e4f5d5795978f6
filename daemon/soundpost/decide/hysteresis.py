"""From scores to whether they start an event, keep it, or do neither."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soundpost.decide.rules.rules import Rule
from soundpost.decide.smoothing import MovingMean
from soundpost.decide.voting import Flags, WindowVote

REMEMBERED_WINDOWS = 32
"""Windows whose scores are kept for rules that are yet to come; longer rules than that look back
only as far as those before them did."""


@dataclass(frozen=True, slots=True)
class ThresholdState:
    """What the windows so far say of each rule's label.

    Attributes:
        values: float32[rules], the newest window's own scores.
        smoothed: float32[rules], the moving means.
        starts: bool[rules], whether an event would start.
        keeps: bool[rules], whether one that goes on would go on.
        rises: bool[rules], whether anything of an event is to be seen.
    """

    values: NDArray[np.float32]
    smoothed: NDArray[np.float32]
    starts: Flags
    keeps: Flags
    rises: Flags


class HysteresisThreshold:
    """Applies rules to a stretch of windows: smoothing, then thresholds, then n of m.

    Args:
        rules: One for each label that is listened for.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._past: deque[NDArray[np.float32]] = deque(maxlen=REMEMBERED_WINDOWS)
        self.retune(rules)

    def retune(self, rules: Sequence[Rule]) -> None:
        """Judge by other rules from now on, as if they had been there for the last windows."""
        self._indices = np.array([rule.index for rule in rules])
        self._on = np.array([rule.on_threshold for rule in rules], np.float32)
        self._off = np.array([rule.off_threshold for rule in rules], np.float32)
        self._mean = MovingMean([rule.smoothing_windows for rule in rules])
        needed = [rule.needed_windows for rule in rules]
        of = [rule.of_windows for rule in rules]
        self._starting = WindowVote([rule.on_threshold for rule in rules], needed, of)
        self._keeping = WindowVote([rule.off_threshold for rule in rules], needed, of)
        for scores in self._past:
            smoothed = self._mean.add(scores[self._indices])
            self._starting.add(smoothed)
            self._keeping.add(smoothed)

    def update(self, scores: NDArray[np.float32]) -> ThresholdState:
        """The verdict after one more window.

        Args:
            scores: float32[labels], of all labels of the model.
        """
        self._past.append(scores)
        values = scores[self._indices]
        smoothed = self._mean.add(values)
        enough_on, _ = self._starting.add(smoothed)
        enough_off, any_off = self._keeping.add(smoothed)
        return ThresholdState(
            values=values,
            smoothed=smoothed,
            starts=enough_on & (smoothed >= self._on),
            keeps=enough_off,
            rises=any_off | (values >= self._off),
        )

    def reset(self) -> None:
        """Begin a new stretch."""
        self._past.clear()
        self._mean.reset()
        self._starting.reset()
        self._keeping.reset()
