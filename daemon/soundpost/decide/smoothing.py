"""The moving mean that a single odd window does not get through."""

from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class MovingMean:
    """The mean of each label's last scores, over as many windows as its rule says.

    At the beginning of a stretch the windows that are missing count as zero: one window alone
    never starts an event of a label that wants several.

    Args:
        lengths: Windows in the mean, one number for each label.
    """

    def __init__(self, lengths: Sequence[int]) -> None:
        asked = np.asarray(lengths)
        self._shares = [(asked > age) / asked for age in range(asked.max())]  # by age of a window
        self._history: deque[NDArray[np.float32]] = deque(maxlen=len(self._shares))

    def add(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """The means, float32[labels], after one more window's scores, float32[labels]."""
        self._history.appendleft(values)
        # While the history fills, the shares of windows that are missing are left over.
        parts = [old * share for old, share in zip(self._history, self._shares, strict=False)]
        means: NDArray[np.float32] = sum(parts[1:], parts[0]).astype(np.float32)
        return means

    def reset(self) -> None:
        """Begin a new stretch."""
        self._history.clear()
