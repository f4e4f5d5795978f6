"""Hysteresis thresholds: smoothed scores start an event, keep it, or do neither."""

from collections import deque
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost.decide.rules.rule import Rule
from soundpost.decide.smoothing import MovingMean
from soundpost.decide.voting import Flags, WindowVote

HISTORY_WINDOWS = 32
"""Windows whose scores are replayed when the rules change: 16 s at the default stride. A rule that
looks further back starts with that much history."""


class ThresholdState(msgspec.Struct, frozen=True):
    """The state of each rule after a window.

    Attributes:
        values: float32[rules], the newest window's own scores.
        smoothed: float32[rules], the moving means.
        starts: bool[rules], whether an event would start.
        keeps: bool[rules], whether a running event would continue.
        rises: bool[rules], whether any score has reached the off-threshold: an event may be
            beginning.
    """

    values: NDArray[np.float32]
    smoothed: NDArray[np.float32]
    starts: Flags
    keeps: Flags
    rises: Flags


class HysteresisThreshold:
    """Applies rules to a stretch of windows: smoothing, then thresholds, then n of m.

    Args:
        rules: One for each label that is tracked.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._past: deque[NDArray[np.float32]] = deque(maxlen=HISTORY_WINDOWS)
        self.set_rules(rules)

    def set_rules(self, rules: Sequence[Rule]) -> None:
        """Replaces the rules, as if the new ones had applied to the latest windows too."""
        self._indices = np.array([rule.index for rule in rules])
        self._on = np.array([rule.on_threshold for rule in rules], np.float32)
        self._off = np.array([rule.off_threshold for rule in rules], np.float32)
        self._mean = MovingMean([rule.smoothing_windows for rule in rules])
        needed = [rule.needed_windows for rule in rules]
        of = [rule.of_windows for rule in rules]
        self._start_vote = WindowVote([rule.on_threshold for rule in rules], needed, of)
        self._keep_vote = WindowVote([rule.off_threshold for rule in rules], needed, of)
        for scores in self._past:
            smoothed = self._mean.add(scores[self._indices])
            self._start_vote.add(smoothed)
            self._keep_vote.add(smoothed)

    def update(self, scores: NDArray[np.float32]) -> ThresholdState:
        """Returns the state after one more window.

        Args:
            scores: float32[labels], of all labels of the model.
        """
        self._past.append(scores)
        values = scores[self._indices]
        smoothed = self._mean.add(values)
        enough_on, _ = self._start_vote.add(smoothed)
        enough_off, any_off = self._keep_vote.add(smoothed)
        return ThresholdState(
            values=values,
            smoothed=smoothed,
            starts=enough_on & (smoothed >= self._on),
            keeps=enough_off,
            rises=any_off | (values >= self._off),
        )

    def reset(self) -> None:
        """Starts a new stretch."""
        self._past.clear()
        self._mean.reset()
        self._start_vote.reset()
        self._keep_vote.reset()
