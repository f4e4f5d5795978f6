"""Counts events by label and column, for a table whose cells are shaded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from soundpost.archive.report.totals import LabelKey

SHADES = 5
"""Shades of the cells with events; one without has none."""


@dataclass(slots=True)
class HeatMap:
    """Events by label and column, and the sound that was recorded in each column.

    A count means little without the time that was recorded: two dawns against one.

    Attributes:
        labels: The labels that have a row of their own; the last row is the sum of all others.
        columns: The names of the columns.
        counts: int64[labels + 1, columns].
        seconds: Recorded sound, float64[columns].
    """

    labels: Sequence[LabelKey]
    columns: Sequence[str]
    counts: NDArray[np.int64] = field(init=False)
    seconds: NDArray[np.float64] = field(init=False)
    _rows: Mapping[LabelKey, int] = field(init=False)

    def __post_init__(self) -> None:
        self.counts = np.zeros((len(self.labels) + 1, len(self.columns)), np.int64)
        self.seconds = np.zeros(len(self.columns))
        self._rows = {key: number for number, key in enumerate(self.labels)}

    def add_event(self, key: LabelKey, column: int) -> None:
        """Counts an event."""
        self.counts[self._rows.get(key, -1), column] += 1

    def add_sound(self, column: int, seconds: float) -> None:
        """Adds recorded sound."""
        self.seconds[column] += seconds

    def shades(self) -> NDArray[np.int64]:
        """Returns the shade of each cell, 0 to `SHADES`, by the logarithm of its count.

        The largest count of the table has the darkest shade.
        """
        most = max(int(self.counts.max(initial=0)), 1)
        shares = np.log1p(self.counts) / np.log1p(most)
        shades: NDArray[np.int64] = np.ceil(shares * SHADES).astype(np.int64)
        return shades
