"""The baseline of boosted trees."""

import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from numpy.typing import NDArray

from soundpost_training.train.boosting_baseline import statistics

pytestmark = pytest.mark.training


@given(
    hnp.arrays(
        np.float32,
        st.tuples(st.integers(1, 4), st.integers(2, 9), st.integers(1, 5)),
        elements=st.floats(-7, 6, width=32),
    )
)
@settings(deadline=None)
def test_statistics_do_not_see_which_way_time_runs(windows: NDArray[np.float32]) -> None:
    """Six numbers of each band, ordered percentiles, the same backwards."""
    values = statistics(windows)
    assert values.shape == (len(windows), 6 * windows.shape[2])
    mean, spread, step, low, middle, high = np.split(values, 6, axis=1)
    assert (low <= middle).all()
    assert (middle <= high).all()
    np.testing.assert_allclose(mean, windows.mean(axis=1), atol=1e-5)
    assert (np.concatenate((spread, step)) >= 0).all()
    np.testing.assert_allclose(statistics(windows[:, ::-1]), values, atol=1e-4)
