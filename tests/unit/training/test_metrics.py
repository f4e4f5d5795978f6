"""Metrics of scores against ground truth."""

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
    """Accuracy and confusion count the same clips."""
    rng = np.random.default_rng(seed)
    scores = rng.random((clips, labels)).astype(np.float32)
    targets = rng.integers(0, labels, clips)
    table = confusion(scores, targets)
    assert table.shape == (labels, labels)
    assert table.sum() == clips
    assert np.array_equal(table.sum(axis=1), np.bincount(targets, minlength=labels))
    assert accuracy(scores, targets) == pytest.approx(np.trace(table) / clips)


def test_the_spread_over_folds_is_the_sample_standard_deviation() -> None:
    """The spread of a single fold is 0."""
    figure = Figure.over_folds([0.8, 0.9])
    assert figure.mean == pytest.approx(0.85)
    assert figure.spread == pytest.approx(0.0707107, abs=1e-6)
    assert Figure.over_folds([0.8]).spread == 0.0


def test_perfect_scores_have_perfect_metrics() -> None:
    """Precision, recall, F1 and both areas are 1 if each clip's own label has the highest score."""
    scores = np.eye(3, dtype=np.float32)[[0, 1, 2, 0]]
    for label in label_metrics(("a", "b", "c"), scores, np.array([0, 1, 2, 0])):
        shares = label.precision, label.recall, label.f1, label.roc_auc, label.average_precision
        assert shares == (1.0, 1.0, 1.0, 1.0, 1.0)


def test_a_label_without_clips_has_metrics_of_0() -> None:
    """Its metrics are 0, and there is no warning of a division by 0."""
    scores = np.eye(3, dtype=np.float32)[[0, 1]]
    last = label_metrics(("a", "b", "c"), scores, np.array([0, 1]))[2]
    assert (last.clips, last.recall, last.f1, last.roc_auc) == (0, 0.0, 0.0, 0.0)


def test_metrics_follow_their_definitions() -> None:
    """One of two clips predicted as b is b; two of three clips of a are predicted as a."""
    scores = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.2, 0.8]], np.float32)
    a, b = label_metrics(("a", "b"), scores, np.array([0, 0, 0, 1]))
    assert (a.precision, a.recall, a.f1) == pytest.approx((1.0, 2 / 3, 0.8))
    assert (b.precision, b.recall, b.f1) == pytest.approx((0.5, 1.0, 2 / 3))
    assert a.roc_auc == b.roc_auc == 1.0


@given(st.integers(0, 2**32), st.integers(1, 200))
def test_reliability_counts_every_window_once(seed: int, windows: int) -> None:
    """The bins add up to all windows, and the error is between 0 and 1."""
    rng = np.random.default_rng(seed)
    scores = rng.dirichlet(np.ones(4), windows).astype(np.float32)
    bins = reliability(scores, rng.integers(0, 4, windows))
    assert sum(each.windows for each in bins) == windows
    assert 0.0 <= calibration_error(bins) <= 1.0


def test_the_calibration_error_is_the_distance_of_scores_from_accuracy() -> None:
    """Windows with scores of 0.9 and an accuracy of 0.5 have an error of 0.4."""
    scores = np.tile(np.array([[0.9, 0.1]], np.float32), (10, 1))
    bins = reliability(scores, np.array([0, 1] * 5))
    assert calibration_error(bins) == pytest.approx(0.4)


def test_each_bin_has_the_accuracy_of_its_own_windows() -> None:
    """Right windows with high scores and wrong ones with low scores are two bins."""
    scores = np.array([[1.0, 0.0]] * 4 + [[0.4, 0.6]] * 4, np.float32)
    bins = reliability(scores, np.zeros(8, np.int64))
    assert [(each.windows, each.right) for each in bins] == [(4, 0.0), (4, 1.0)]
    assert [each.score for each in bins] == pytest.approx([0.6, 1.0])
