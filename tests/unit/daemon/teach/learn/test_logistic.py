"""Logistic regression: its minimum, whatever the units of the embedding."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from taught_examples import embeddings

from soundpost.teach.learn.cost import PENALTY
from soundpost.teach.learn.logistic import Linear, Standard, fit_logistic

ROWS = np.concatenate((embeddings(40, 1, 1.0), embeddings(60, 2))).astype(np.float64)
IS_LABEL = np.arange(100) < 40
WEIGHTS = np.where(IS_LABEL, 0.5 / 40, 0.5 / 60)


def objective(fitted: Linear) -> float:
    """Returns what is minimised: the weighted cross-entropy with its penalty."""
    logits = fitted.logits(ROWS)
    losses = np.logaddexp(0.0, np.where(IS_LABEL, -logits, logits))
    return float(WEIGHTS @ losses + PENALTY / 2 * np.square(fitted.coefficients[:-1]).sum())


def test_no_other_weights_have_a_lower_cost() -> None:
    """The gradient of the cost is 0 there, in every direction."""
    fitted = fit_logistic(ROWS, IS_LABEL, WEIGHTS)
    least = objective(fitted)
    for direction in np.eye(len(fitted.coefficients)):
        for step in (-0.01, 0.01):
            moved = Linear(fitted.standard, fitted.coefficients + step * direction)
            assert objective(moved) > least


def test_the_minimum_does_not_depend_on_the_start() -> None:
    """A fit that begins at another one ends at its own minimum."""
    alone = fit_logistic(ROWS, IS_LABEL, WEIGHTS)
    start = np.random.default_rng(0).normal(size=len(alone.coefficients))
    assert np.allclose(
        fit_logistic(ROWS, IS_LABEL, WEIGHTS, start).coefficients, alone.coefficients, atol=1e-3
    )


@settings(max_examples=5, deadline=None)
@given(st.sampled_from([0.01, 0.5, 1.0, 3.0, 100.0]))
def test_the_unit_of_the_embedding_changes_no_logit(unit: float) -> None:
    """An embedding in thousandths gives the same head."""
    alone = fit_logistic(ROWS, IS_LABEL, WEIGHTS).logits(ROWS)
    scaled = fit_logistic(ROWS * unit, IS_LABEL, WEIGHTS).logits(ROWS * unit)
    assert np.allclose(alone, scaled, atol=1e-4)


def test_a_row_that_is_there_twice_with_half_the_weight_changes_nothing() -> None:
    """Rows count by their weights, not by their number."""
    twice = np.concatenate((ROWS, ROWS))
    half = np.concatenate((WEIGHTS, WEIGHTS)) / 2
    fitted = fit_logistic(twice, np.concatenate((IS_LABEL, IS_LABEL)), half)
    alone = fit_logistic(ROWS, IS_LABEL, WEIGHTS)
    assert np.allclose(fitted.coefficients, alone.coefficients, atol=1e-6)


def test_values_that_never_change_are_no_division_by_zero() -> None:
    """Some channels of a network are silent in all sounds."""
    rows = ROWS.copy()
    rows[:, 3] = 7.0
    assert np.isfinite(fit_logistic(rows, IS_LABEL, WEIGHTS).coefficients).all()
    assert (Standard.of(np.zeros((4, 3)), np.ones(4)).scale > 0.0).all()


def test_rows_that_are_separated_by_far_have_finite_weights() -> None:
    """The penalty bounds them."""
    rows = np.where(IS_LABEL[:, None], ROWS + 1_000.0, ROWS)
    fitted = fit_logistic(rows, IS_LABEL, WEIGHTS)
    assert np.isfinite(fitted.coefficients).all()
    assert ((fitted.logits(rows) > 0.0) == IS_LABEL).all()


def test_a_head_has_the_score_one_half_at_its_threshold() -> None:
    """As the daemon calculates it, in float32."""
    fitted = fit_logistic(ROWS, IS_LABEL, WEIGHTS)
    row = ROWS[50:51].astype(np.float32)
    logit = float(fitted.logits(row)[0])
    assert fitted.head_weights(logit).scores(row)[0] == pytest.approx(0.5, abs=1e-5)
    expected = 1.0 / (1.0 + np.exp(-(fitted.logits(ROWS) - 1.0)))
    assert np.allclose(
        fitted.head_weights(1.0).scores(ROWS.astype(np.float32)), expected, atol=1e-5
    )
