"""Figures."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost_training.metrics import Figure, accuracy, confusion


@given(st.integers(0, 2**32), st.integers(1, 50), st.integers(2, 6))
def test_accuracy_is_the_diagonal_of_the_confusion(seed: int, clips: int, labels: int) -> None:
    """Both count the same clips."""
    rng = np.random.default_rng(seed)
    scores = rng.random((clips, labels)).astype(np.float32)
    truth = rng.integers(0, labels, clips)
    table = confusion(scores, truth)
    assert table.shape == (labels, labels)
    assert table.sum() == clips
    assert np.array_equal(table.sum(axis=1), np.bincount(truth, minlength=labels))
    assert accuracy(scores, truth) == pytest.approx(np.trace(table) / clips)


def test_the_spread_over_folds_is_the_sample_standard_deviation() -> None:
    """One fold has none."""
    figure = Figure.over_folds([0.8, 0.9])
    assert figure.mean == pytest.approx(0.85)
    assert figure.spread == pytest.approx(0.0707107, abs=1e-6)
    assert Figure.over_folds([0.8]).spread == 0.0
