"""Activation functions from logits to scores."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from soundpost.classify.activation import sigmoid, softmax

special = pytest.importorskip("scipy.special", reason="SciPy is an oracle; no device has it")

LOGITS = arrays(np.float64, st.integers(1, 60), elements=st.floats(-1e5, 1e5))


@given(LOGITS)
def test_softmax_agrees_with_scipy(logits: NDArray[np.float64]) -> None:
    """An independent implementation gives the same scores."""
    assert softmax(logits) == pytest.approx(special.softmax(logits), abs=1e-12)


@given(LOGITS)
def test_sigmoid_agrees_with_scipy(logits: NDArray[np.float64]) -> None:
    """An independent implementation gives the same scores."""
    assert sigmoid(logits) == pytest.approx(special.expit(logits), abs=1e-12)


@given(LOGITS)
def test_softmax_scores_sum_to_one(logits: NDArray[np.float64]) -> None:
    """Scores sum to one, however large the logits are."""
    assert softmax(logits).sum() == pytest.approx(1.0)


def test_each_row_of_logits_has_its_own_scores() -> None:
    """A batch of logits gives the scores of its rows."""
    rows = np.array([[0.0, 3.0, -2.0], [7.0, 7.0, 0.5]])
    assert np.array_equal(softmax(rows), np.stack([softmax(row) for row in rows]))
