"""n of m: enough of the latest windows must reach a threshold."""

from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]


class WindowVote:
    """For each label, n of the last m windows must reach a threshold.

    At the start of a stretch the missing windows count as not reaching it. The cost does not
    depend on m.

    Args:
        thresholds: One for each label.
        needed: n, one for each label, at most m.
        of: m, one for each label.
    """

    def __init__(
        self, thresholds: Sequence[float], needed: Sequence[int], of: Sequence[int]
    ) -> None:
        self._thresholds = np.asarray(thresholds, np.float32)
        self._needed = np.asarray(needed)
        voting = np.asarray(of)
        self._spans = [(span, voting == span) for span in sorted(set(of))]
        self._is_single = bool((voting == 1).all())
        self._history: deque[Flags] = deque(maxlen=int(voting.max()))
        self._votes = np.zeros(len(voting), np.int64)

    def add(self, smoothed: NDArray[np.float32]) -> tuple[Flags, Flags]:
        """Returns whether enough windows reach the threshold, and whether any does.

        Args:
            smoothed: float32[labels], the smoothed scores of one more window.

        Returns:
            bool[labels] twice.
        """
        reached = smoothed >= self._thresholds
        if self._is_single:  # the default: one window votes, so no history is needed
            return reached, reached
        self._votes += reached
        for span, is_of_span in self._spans:
            if len(self._history) >= span:
                self._votes -= self._history[-span] & is_of_span
        self._history.append(reached)
        return self._votes >= self._needed, self._votes > 0

    def reset(self) -> None:
        """Starts a new stretch."""
        self._history.clear()
        self._votes[:] = 0
