"""Whether enough of the last windows reach a threshold."""

from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]


class WindowVote:
    """For each label, n of the last m windows must reach a threshold.

    At the beginning of a stretch the windows that are missing reach nothing. It costs the same
    however large m is.

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
        asked = np.asarray(of)
        self._spans = [(int(span), asked == span) for span in np.unique(asked)]
        self._is_plain = bool((asked == 1).all())
        self._history: deque[Flags] = deque(maxlen=int(asked.max()))
        self._votes = np.zeros(len(asked), np.int64)

    def add(self, smoothed: NDArray[np.float32]) -> tuple[Flags, Flags]:
        """Whether enough windows reach it after one more, and whether any does, both bool[labels].

        Args:
            smoothed: float32[labels].
        """
        reached = smoothed >= self._thresholds
        if self._is_plain:  # as by default; all else would be a detour
            return reached, reached
        self._votes += reached
        for span, is_of_span in self._spans:
            if len(self._history) >= span:
                self._votes -= self._history[-span] & is_of_span
        self._history.append(reached)
        return self._votes >= self._needed, self._votes > 0

    def reset(self) -> None:
        """Begin a new stretch."""
        self._history.clear()
        self._votes[:] = 0
