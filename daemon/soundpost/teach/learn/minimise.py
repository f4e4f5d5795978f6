"""Finds the minimum of a smooth, convex cost."""

from collections import deque
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from soundpost.teach.learn.cost import Real

MOST_STEPS = 200
"""Far more than any fit needs: 10 to 60."""
SMALLEST_STEP = 1e-5
"""A change of all coefficients below this ends the search: no score moves by more than its rounding
on a node."""
_SHORTEST = 1e-6
"""Of a step, as a share of the whole: where rounding hides all progress."""
_SUFFICIENT = 1e-4
"""The share of the expected progress that a step must make (Armijo)."""
_REMEMBERED = 10
"""Steps whose change of the gradient shapes the next one."""


class SmoothCost(Protocol):
    """A cost with its gradient, such as `Cost`."""

    def value_and_gradient(self, coefficients: Real) -> tuple[float, Real]:
        """Returns the cost and its gradient."""
        ...


def minimise(cost: SmoothCost, start: Real, inverse: NDArray[np.floating]) -> Real:
    """Returns the coefficients with the least cost, float64[size].

    Source: L-BFGS; Nocedal and Wright, "Numerical Optimization", 2nd edition, algorithm 7.4, with a
    fixed matrix in place of the scaled identity. A step takes two products of the rows and a
    vector; one of Newton's method takes as many as the embedding has values.

    Args:
        cost: The cost, convex.
        start: Where the search begins.
        inverse: About the inverse of the second derivatives, positive definite. The nearer, the
            fewer steps; the minimum is the same with any, so float32 is enough.
    """
    coefficients = start
    value, gradient = cost.value_and_gradient(coefficients)
    history: deque[tuple[Real, Real]] = deque(maxlen=_REMEMBERED)
    for _ in range(MOST_STEPS):
        direction = -_product(gradient, inverse, history)
        slope = float(gradient @ direction)
        length = 1.0
        while True:
            step = length * direction
            next_value, next_gradient = cost.value_and_gradient(coefficients + step)
            if next_value <= value + _SUFFICIENT * length * slope:
                break
            length /= 2
            if length < _SHORTEST:
                return coefficients
        change = next_gradient - gradient
        if step @ change > 0.0:
            history.append((step, change))
        coefficients = coefficients + step
        value, gradient = next_value, next_gradient
        if float(np.abs(step).max()) < SMALLEST_STEP:
            break
    return coefficients


def _product(
    gradient: Real, inverse: NDArray[np.floating], history: deque[tuple[Real, Real]]
) -> Real:
    """Returns the product of the estimated inverse curvature and a gradient."""
    rest = gradient.copy()
    shares = []
    for step, change in reversed(history):
        shares.append(float(step @ rest) / float(step @ change))
        rest -= shares[-1] * change
    product: Real = (inverse @ rest.astype(inverse.dtype)).astype(np.float64)
    for (step, change), share in zip(history, reversed(shares), strict=True):
        product += step * (share - float(change @ product) / float(step @ change))
    return product
