"""The cost of a head: its value, its gradient and its curvature agree."""

import numpy as np
import pytest

from soundpost.teach.learn.cost import PENALTY, Cost, parts_of
from soundpost.teach.learn.logistic import Standard, StandardRows

ROWS, SIZE = 3_000, 6
RNG = np.random.default_rng(0)
INPUTS = np.concatenate((RNG.normal(size=(ROWS, SIZE)), np.ones((ROWS, 1))), axis=1)
IS_LABEL = np.arange(ROWS) % 3 == 0
SHARE = np.full(ROWS, 1.0 / ROWS)
COEFFICIENTS = RNG.normal(size=SIZE + 1)
STANDARD = Standard(mean=RNG.normal(size=SIZE), scale=RNG.uniform(0.5, 2.0, SIZE))
ROWS_BEFORE = INPUTS[:, :-1] * STANDARD.scale + STANDARD.mean
COST = Cost(StandardRows(ROWS_BEFORE, STANDARD), IS_LABEL, SHARE)


def value(coefficients: np.ndarray) -> float:
    """Returns the cost."""
    return COST.value_and_gradient(coefficients)[0]


def test_the_value_is_the_cross_entropy_with_a_penalty() -> None:
    """Of all weights but the bias; computed here in the plain way."""
    scores = 1.0 / (1.0 + np.exp(-INPUTS @ COEFFICIENTS))
    entropy = -np.log(np.where(IS_LABEL, scores, 1.0 - scores)).mean()
    penalty = PENALTY / 2 * np.square(COEFFICIENTS[:-1]).sum()
    assert value(COEFFICIENTS) == pytest.approx(entropy + penalty, rel=1e-6)


def test_the_gradient_is_that_of_the_value() -> None:
    """By central differences."""
    _, gradient = COST.value_and_gradient(COEFFICIENTS)
    for place, unit in enumerate(np.eye(SIZE + 1)):
        difference = value(COEFFICIENTS + 1e-5 * unit) - value(COEFFICIENTS - 1e-5 * unit)
        assert difference / 2e-5 == pytest.approx(gradient[place], abs=1e-6)


def test_the_inverse_is_that_of_the_second_derivatives() -> None:
    """By central differences of the gradient."""
    curvature = np.stack(
        [
            COST.value_and_gradient(COEFFICIENTS + 1e-5 * unit)[1]
            - COST.value_and_gradient(COEFFICIENTS - 1e-5 * unit)[1]
            for unit in np.eye(SIZE + 1)
        ]
    )
    product = COST.inverse_curvature(COEFFICIENTS) @ (curvature / 2e-5)
    assert product == pytest.approx(np.eye(SIZE + 1), abs=1e-3)


def test_the_parts_are_all_rows_in_their_order() -> None:
    """The last one may be shorter."""
    rows = np.arange(2_500)
    assert np.array_equal(np.concatenate([rows[part] for part in parts_of(2_500)]), rows)
    assert list(parts_of(0)) == []
