"""Intervals of shares and rates agree with scipy's, and with exact probabilities."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from soundpost_training.field.score.intervals import rate_interval, share_interval


@given(st.integers(1, 400), st.data())
def test_the_interval_of_a_share_is_wilsons(total: int, data: st.DataObject) -> None:
    """As SciPy computes it."""
    count = data.draw(st.integers(0, total))
    low, high = share_interval(count, total)
    expected = stats.binomtest(count, total).proportion_ci(method="wilson")
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-9)
    assert 0.0 <= low <= count / total <= high <= 1.0


@given(st.integers(0, 300), st.floats(0.01, 1000.0))
def test_the_interval_of_a_rate_leaves_a_fortieth_on_either_side(count: int, hours: float) -> None:
    """By the Poisson distribution itself."""
    low, high = rate_interval(count, hours)
    assert low <= count / hours <= high
    assert stats.poisson.cdf(count, high * hours) == pytest.approx(0.025, rel=1e-6)
    if count:
        assert stats.poisson.sf(count - 1, low * hours) == pytest.approx(0.025, rel=1e-6)
    else:
        assert low == 0.0


def test_nothing_is_known_without_trials_or_time() -> None:
    """The intervals are the widest."""
    assert share_interval(0, 0) == (0.0, 1.0)
    assert rate_interval(0, 0.0) == (0.0, math.inf)
