"""Whether enough of the last windows reach a threshold."""

from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]


class Vote:
    """For each label, n of the last m windows must reach a threshold (a vote of the windows).

    At the beginning of a stretch the windows that are missing reach nothing.

    Args:
        needed: n, one for each label.
        of: m, one for each label.
    """

    def __init__(self, needed: Sequence[int], of: Sequence[int]) -> None:
        self._needed = np.asarray(needed)
        self._of = np.asarray(of)
        self._history: deque[NDArray[np.float32]] = deque(maxlen=int(self._of.max()))

    def add(self, smoothed: NDArray[np.float32]) -> None:
        """Let one more window vote, float32[labels]."""
        self._history.append(smoothed)

    def passes(self, thresholds: NDArray[np.float32]) -> tuple[Flags, Flags]:
        """Whether enough windows reach the thresholds, and whether any does, both bool[labels].

        Args:
            thresholds: float32[labels].
        """
        votes = np.zeros(len(thresholds), np.int64)
        for age, old in enumerate(reversed(self._history)):
            votes += (old >= thresholds) & (self._of > age)
        return votes >= self._needed, votes > 0

    def forget(self) -> None:
        """Begin a new stretch."""
        self._history.clear()
