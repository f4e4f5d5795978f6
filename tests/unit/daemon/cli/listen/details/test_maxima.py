"""Maxima of a series in a bounded number of columns."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from soundpost.cli.listen.details.maxima import Maxima

MOST = 8


@given(st.lists(st.integers(0, 40), max_size=20))
def test_columns_are_maxima_of_equal_stretches(sizes: list[int]) -> None:
    """However many rows are added at once."""
    rows = np.random.default_rng(1).random((sum(sizes), 3), np.float32)
    maxima = Maxima(3, MOST)
    for begin, size in zip(np.cumsum([0, *sizes]), sizes, strict=False):
        maxima.add(rows[begin : begin + size])
    step = maxima.step
    stretches = [rows[begin : begin + step] for begin in range(0, len(rows), step)]
    assert maxima.columns.shape == (len(stretches), 3)
    for column, stretch in zip(maxima.columns, stretches, strict=True):
        assert np.array_equal(column, stretch.max(axis=0))
    assert len(stretches) <= MOST
    assert step == 1 or len(stretches) > MOST // 2 - 1
