"""Logistic regression on standardised embeddings, with weights for each row."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soundpost.heads import HeadWeights

Real = NDArray[np.float64]

PENALTY = 0.01
"""Of the squared weights, for rows whose weights sum to 1. From 0.003 to 0.1 the recall at 1 %
false clips of ten labels of ESC-50 changed by 0.03; see docs/adr/0064."""
SCALE_FLOOR = 0.05
"""Added to each deviation, as a share of the mean of all: a value of the embedding that hardly
varies is not blown up."""
MOST_STEPS = 20
SMALLEST_STEP = 1e-4
"""A change of all weights below this ends the iteration: no score moves by more than its rounding
on a node."""
_ROWS_AT_ONCE = 1_024
"""Windows that are converted to float64 at once: 3 MB of `everyday`, of an hour all would be 50."""
_LEAST_CURVATURE = 1e-9
"""Keeps the matrix positive definite where all rows are classified with certainty."""


@dataclass(frozen=True, slots=True)
class Standard:
    """The mean and the scale by which embeddings are standardised.

    Attributes:
        mean: float64[size].
        scale: float64[size], above 0.
    """

    mean: Real
    scale: Real

    @classmethod
    def of(cls, rows: Real, weights: Real) -> "Standard":
        """Returns that of weighted rows.

        Args:
            rows: float64[n, size].
            weights: float64[n], at least 0, not all 0.
        """
        share = weights / weights.sum()
        mean = share @ rows
        deviation = np.sqrt(share @ np.square(rows - mean))
        floor = SCALE_FLOOR * float(deviation.mean())
        return cls(mean, deviation + (floor or 1.0))

    def apply(self, rows: NDArray[np.floating]) -> Real:
        """Returns standardised rows, float64[n, size]."""
        standardised: Real = (rows - self.mean) / self.scale
        return standardised


@dataclass(frozen=True, slots=True)
class Linear:
    """A linear function of standardised embeddings; its value is a logit.

    Attributes:
        standard: Standardises the embeddings.
        coefficients: float64[size + 1]; the last one is the bias.
    """

    standard: Standard
    coefficients: Real

    def logits(self, rows: NDArray[np.floating]) -> Real:
        """Returns the logits of embeddings, float64[n], in little more memory than they take."""
        kernel = self.coefficients[:-1] / self.standard.scale
        bias = self.coefficients[-1] - self.standard.mean @ kernel
        values = np.empty(len(rows))
        for first in range(0, len(rows), _ROWS_AT_ONCE):
            part = slice(first, first + _ROWS_AT_ONCE)
            values[part] = rows[part].astype(np.float64) @ kernel + bias
        return values

    def head_weights(self, threshold_logit: float) -> HeadWeights:
        """Returns the weights of a head whose score is 0.5 at a logit."""
        return HeadWeights(
            weights=self.coefficients[:-1].astype(np.float32),
            bias=np.array([self.coefficients[-1] - threshold_logit], np.float32),
            mean=self.standard.mean.astype(np.float32),
            scale=self.standard.scale.astype(np.float32),
        )


def fit_logistic(
    rows: Real, is_label: NDArray[np.bool_], weights: Real, start: Real | None = None
) -> Linear:
    """Returns the function that tells rows of a label from others, by Newton's method.

    It minimises the weighted cross-entropy plus `PENALTY` / 2 times the squared weights, which has
    one minimum. Source: Hastie, Tibshirani and Friedman, "The Elements of Statistical Learning",
    2nd edition, section 4.4.1 (iteratively reweighted least squares).

    Args:
        rows: float64[n, size].
        is_label: bool[n].
        weights: float64[n], at least 0; each class counts as much as the sum of its weights.
        start: float64[size + 1] coefficients of a similar fit, which saves steps.
    """
    standard = Standard.of(rows, weights)
    inputs = np.empty((len(rows), rows.shape[1] + 1))
    inputs[:, :-1] = standard.apply(rows)
    inputs[:, -1] = 1.0
    share = weights / weights.sum()
    penalty = np.full(inputs.shape[1], PENALTY)
    penalty[-1] = _LEAST_CURVATURE
    cost = _Cost(inputs, is_label, share, penalty)
    coefficients = np.zeros(inputs.shape[1]) if start is None else start.copy()
    value = cost.value(coefficients)
    for _ in range(MOST_STEPS):
        step = cost.newton_step(coefficients)
        length = 1.0
        # Far from the minimum a whole step may lead farther away.
        while (next_value := cost.value(coefficients - length * step)) > value:
            length /= 2
            if length < SMALLEST_STEP:
                return Linear(standard, coefficients)
        coefficients -= length * step
        value = next_value
        if float(np.abs(step).max()) < SMALLEST_STEP:
            break
    return Linear(standard, coefficients)


class _Cost:
    """The cost of coefficients, and the step to where its second-order expansion is least.

    Args:
        inputs: float64[n, size + 1], standardised, with a column of ones.
        is_label: bool[n].
        share: float64[n] weights whose sum is 1.
        penalty: float64[size + 1].
    """

    def __init__(
        self, inputs: Real, is_label: NDArray[np.bool_], share: Real, penalty: Real
    ) -> None:
        self._inputs, self._is_label = inputs, is_label
        self._share, self._penalty = share, penalty
        self._scaled = np.empty_like(inputs)

    def value(self, coefficients: Real) -> float:
        """Returns the cost."""
        logits = self._inputs @ coefficients
        losses = np.logaddexp(0.0, np.where(self._is_label, -logits, logits))
        return float(self._share @ losses + self._penalty @ np.square(coefficients) / 2)

    def newton_step(self, coefficients: Real) -> Real:
        """Returns the step that is to be subtracted."""
        inputs = self._inputs
        scores = 1.0 / (1.0 + np.exp(-np.clip(inputs @ coefficients, -50.0, 50.0)))
        gradient = inputs.T @ (self._share * (scores - self._is_label))
        gradient += self._penalty * coefficients
        curvature = self._share * (scores * (1.0 - scores) + _LEAST_CURVATURE)
        np.multiply(inputs, np.sqrt(curvature)[:, None], out=self._scaled)
        hessian = self._scaled.T @ self._scaled
        hessian[np.diag_indices_from(hessian)] += self._penalty
        step: Real = np.linalg.solve(hessian, gradient).astype(np.float64, copy=False)
        return step
