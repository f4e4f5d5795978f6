"""The minimum of a convex cost is found from any start, with any matrix."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundpost.teach.learn.minimise import SMALLEST_STEP, minimise

SIZE = 5


class Bowl:
    """A quadratic cost plus the fourth power of each coefficient."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        root = rng.normal(size=(SIZE, SIZE))
        self.curvature = root @ root.T + 0.1 * np.eye(SIZE)
        self.slope = rng.normal(size=SIZE)
        self.calls = 0

    def value_and_gradient(self, coefficients: np.ndarray) -> tuple[float, np.ndarray]:
        """Returns the cost and its gradient."""
        self.calls += 1
        product = self.curvature @ coefficients
        value = coefficients @ product / 2 + self.slope @ coefficients
        value += np.power(coefficients, 4).sum() / 4
        return float(value), product + self.slope + np.power(coefficients, 3)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1_000), st.floats(0.0, 20.0), st.sampled_from([0.01, 1.0, 100.0]))
def test_the_gradient_is_0_at_the_minimum(seed: int, distance: float, factor: float) -> None:
    """Wherever the search begins, and however wrong the matrix is."""
    cost = Bowl(seed)
    start = np.random.default_rng(seed + 1).normal(size=SIZE) * distance
    found = minimise(cost, start, factor * np.eye(SIZE))
    assert np.abs(cost.value_and_gradient(found)[1]).max() < 0.01


def test_the_inverse_curvature_saves_steps() -> None:
    """The folds of a head begin with that of the fit on all rows."""
    near, far = Bowl(3), Bowl(3)
    start = minimise(Bowl(3), np.zeros(SIZE), np.eye(SIZE)) + 0.01
    curvature = near.curvature + np.diag(3 * np.square(start))
    inverse = np.linalg.inv(curvature).astype(np.float64)
    found = minimise(near, start, inverse)
    assert minimise(far, start, np.eye(SIZE)) == pytest.approx(found, abs=1e-3)
    assert near.calls < far.calls


def test_a_search_that_begins_at_the_minimum_stays_there() -> None:
    """No direction has a lower cost."""
    cost = Bowl(0)
    least = minimise(cost, np.zeros(SIZE), np.eye(SIZE))
    assert minimise(cost, least, np.eye(SIZE)) == pytest.approx(least, abs=10 * SMALLEST_STEP)
