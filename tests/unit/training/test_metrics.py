"""Figures."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost_training.metrics import (
    Figure,
    accuracy,
    calibration_error,
    confusion,
    label_metrics,
    reliability,
)


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


def test_perfect_scores_are_perfect_by_every_measure() -> None:
    """Precision, recall, F1 and both areas are 1 when each clip's own label is highest."""
    scores = np.eye(3, dtype=np.float32)[[0, 1, 2, 0]]
    for label in label_metrics(("a", "b", "c"), scores, np.array([0, 1, 2, 0])):
        shares = label.precision, label.recall, label.f1, label.roc_auc, label.average_precision
        assert shares == (1.0, 1.0, 1.0, 1.0, 1.0)


def test_a_label_without_clips_has_no_measure() -> None:
    """There is nothing to divide by, and no warning either."""
    scores = np.eye(3, dtype=np.float32)[[0, 1]]
    last = label_metrics(("a", "b", "c"), scores, np.array([0, 1]))[2]
    assert (last.clips, last.recall, last.f1, last.roc_auc) == (0, 0.0, 0.0, 0.0)


def test_measures_are_those_of_their_definitions() -> None:
    """One of two taken for b is b; two of three a are found."""
    scores = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.2, 0.8]], np.float32)
    a, b = label_metrics(("a", "b"), scores, np.array([0, 0, 0, 1]))
    assert (a.precision, a.recall, a.f1) == pytest.approx((1.0, 2 / 3, 0.8))
    assert (b.precision, b.recall, b.f1) == pytest.approx((0.5, 1.0, 2 / 3))
    assert a.roc_auc == b.roc_auc == 1.0


@given(st.integers(0, 2**32), st.integers(1, 200))
def test_reliability_counts_every_window_once(seed: int, windows: int) -> None:
    """Bins add up to all windows, and the error is a share."""
    rng = np.random.default_rng(seed)
    scores = rng.dirichlet(np.ones(4), windows).astype(np.float32)
    bins = reliability(scores, rng.integers(0, 4, windows))
    assert sum(one.windows for one in bins) == windows
    assert 0.0 <= calibration_error(bins) <= 1.0


def test_the_calibration_error_is_how_far_scores_lie_from_the_truth() -> None:
    """Windows sure of 0.9 of which half are right are wrong by 0.4."""
    scores = np.tile(np.array([[0.9, 0.1]], np.float32), (10, 1))
    bins = reliability(scores, np.array([0, 1] * 5))
    assert calibration_error(bins) == pytest.approx(0.4)


def test_each_bin_is_judged_by_its_own_windows() -> None:
    """Sure windows that are right and unsure ones that are wrong are two bins, both honest."""
    scores = np.array([[1.0, 0.0]] * 4 + [[0.4, 0.6]] * 4, np.float32)
    bins = reliability(scores, np.zeros(8, np.int64))
    assert [(one.windows, one.right) for one in bins] == [(4, 0.0), (4, 1.0)]
    assert [one.score for one in bins] == pytest.approx([0.6, 1.0])
