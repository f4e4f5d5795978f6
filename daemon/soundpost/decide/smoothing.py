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
        self._lengths = np.asarray(lengths)
        self._history: deque[NDArray[np.float32]] = deque(maxlen=int(self._lengths.max()))

    def add(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """The means, float32[labels], after one more window's scores, float32[labels]."""
        self._history.append(values)
        total = np.zeros(len(values), np.float64)
        for age, old in enumerate(reversed(self._history)):
            total += np.where(self._lengths > age, old, 0.0)
        means: NDArray[np.float32] = (total / self._lengths).astype(np.float32)
        return means

    def forget(self) -> None:
        """Begin a new stretch."""
        self._history.clear()
