"""The moving mean of the scores."""

from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class MovingMean:
    """The mean of each label's latest scores, over the number of windows that its rule sets.

    At the start of a stretch the missing windows count as zero: one window alone never starts an
    event of a label that is smoothed over several.

    Args:
        lengths: Windows in the mean, one number for each label.
    """

    def __init__(self, lengths: Sequence[int]) -> None:
        windows = np.asarray(lengths)
        # The weights by the age of a window, float64[labels] each.
        self._weights = [(windows > age) / windows for age in range(windows.max())]
        self._history: deque[NDArray[np.float32]] = deque(maxlen=len(self._weights))

    def add(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Returns the means, float32[labels], after one more window's scores, float32[labels]."""
        self._history.appendleft(values)
        # While the history fills, the weights of the missing windows are left over.
        parts = [old * weight for old, weight in zip(self._history, self._weights, strict=False)]
        means: NDArray[np.float32] = sum(parts[1:], parts[0]).astype(np.float32)
        return means

    def reset(self) -> None:
        """Starts a new stretch."""
        self._history.clear()
