"""The cost that a head minimises: its weighted cross-entropy, with a penalty of its weights."""

from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]
Single = NDArray[np.float32]

PENALTY = 0.03
"""Of the squared weights, for rows whose weights sum to 1. From 0.003 to 0.1 the recall at 1 %
false clips of labels of ESC-50 changes by 0.02; see docs/adr/0068."""
_ROWS_AT_ONCE = 256
"""Windows that are converted to float64 at once: 2 MB of `everyday`, of an hour all would be 70."""
_LEAST_CURVATURE = 1e-9
"""Keeps the matrix positive definite where all rows are classified with certainty."""


class Inputs(Protocol):
    """Rows that a cost is of, float[n, size + 1], of which none but a part is in memory at once."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows, and values of one."""
        ...

    def part(self, part: slice) -> Single:
        """Returns some rows, float32[rows, size + 1]."""
        ...

    def linear(self, part: slice, coefficients: Real) -> tuple[Real, Callable[[Real], Real]]:
        """Returns the logits of some rows, and the product of a vector and these rows."""
        ...


class Cost:
    """The cost of coefficients, with its gradient and its curvature.

    Values and gradients are sums in float64, so where their minimum lies does not depend on
    rounding. The curvature only shapes steps: float32 does, in half of the time and memory.

    Args:
        inputs: Standardised, with a column of ones for the bias.
        is_label: bool[n].
        share: float64[n] weights whose sum is 1.
    """

    def __init__(self, inputs: Inputs, is_label: NDArray[np.bool_], share: Real) -> None:
        self._inputs, self._is_label, self._share = inputs, is_label, share
        self._penalty = np.full(inputs.shape[1], PENALTY)
        self._penalty[-1] = _LEAST_CURVATURE

    def value_and_gradient(self, coefficients: Real) -> tuple[float, Real]:
        """Returns the cost and its gradient, float64[size + 1]."""
        value = float(self._penalty @ np.square(coefficients) / 2)
        gradient = self._penalty * coefficients
        for part in parts_of(len(self._share)):
            is_label, share = self._is_label[part], self._share[part]
            logits, product = self._inputs.linear(part, coefficients)
            value += float(share @ np.logaddexp(0.0, np.where(is_label, -logits, logits)))
            gradient += product(share * (_sigmoid(logits) - is_label))
        return value, gradient

    def inverse_curvature(self, coefficients: Real) -> Single:
        """Returns the inverse of the second derivatives, float32[size + 1, size + 1]."""
        curvature = np.zeros((len(coefficients), len(coefficients)), np.float32)
        for part in parts_of(len(self._share)):
            inputs = self._inputs.part(part)
            scores = _sigmoid(inputs @ coefficients)
            roots = np.sqrt(self._share[part] * (scores * (1.0 - scores) + _LEAST_CURVATURE))
            scaled = inputs * roots[:, None].astype(np.float32)
            curvature += scaled.T @ scaled
        np.fill_diagonal(curvature, curvature.diagonal() + self._penalty)
        inverse: Single = np.linalg.inv(curvature)
        return inverse


def parts_of(rows: int) -> Iterator[slice]:
    """Yields parts of so many rows, some at a time."""
    for first in range(0, rows, _ROWS_AT_ONCE):
        yield slice(first, first + _ROWS_AT_ONCE)


def _sigmoid(logits: Real) -> Real:
    scores: Real = 1.0 / (1.0 + np.exp(-np.clip(logits, -50.0, 50.0)))
    return scores
