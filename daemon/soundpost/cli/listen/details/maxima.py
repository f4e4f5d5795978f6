"""Maxima of a long series in a bounded number of columns."""

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]


class Maxima:
    """Sums up rows in columns, each of which has the maximum of the same number of rows.

    The number of rows in a column doubles each time the columns are full, so memory does not
    depend on the length of the series, and a short peak stays visible.

    Args:
        width: Values in a row.
        most: The most columns, an even number.

    Attributes:
        step: Rows in a column.
    """

    def __init__(self, width: int, most: int) -> None:
        if most % 2:
            raise ValueError(most)
        self.step = 1
        self._columns = np.empty((most, width), np.float32)
        self._count = 0
        self._rest = np.empty((0, width), np.float32)

    def add(self, rows: Rows) -> None:
        """Adds rows, float32[n, width]."""
        pending = np.concatenate((self._rest, rows))
        while len(pending) >= self.step:
            room = len(self._columns) - self._count
            taken = min(len(pending) // self.step, room)
            used = taken * self.step
            grouped = pending[:used].reshape(taken, self.step, -1)
            self._columns[self._count : self._count + taken] = grouped.max(axis=1)
            self._count += taken
            pending = pending[used:]
            if self._count == len(self._columns):
                self._halve()
        self._rest = pending.copy()

    @property
    def columns(self) -> Rows:
        """The columns, float32[columns, width]; the last one may have fewer rows."""
        columns = self._columns[: self._count]
        if len(self._rest):
            columns = np.concatenate((columns, self._rest.max(axis=0, keepdims=True)))
        return columns

    def _halve(self) -> None:
        half = self._count // 2
        self._columns[:half] = np.maximum(self._columns[0::2], self._columns[1::2])
        self._count = half
        self.step *= 2
