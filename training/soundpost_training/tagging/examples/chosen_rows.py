"""Some of the examples of a pool, without a copy of it."""

import numpy as np
from numpy.typing import NDArray


class ChosenRows:
    """Some rows of an array on disk, in their order, without a copy of it.

    Args:
        values: float16[n, frames * bands].
        rows: int64[m], positions of the rows.
    """

    def __init__(self, values: NDArray[np.float16], rows: NDArray[np.int64]) -> None:
        self._values = values
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, chosen: NDArray[np.int64] | slice) -> NDArray[np.float16]:
        values: NDArray[np.float16] = self._values[self._rows[chosen]]
        return values
