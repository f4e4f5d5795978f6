"""Logistic regression on standardised embeddings, with weights for each row."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soundpost.heads import HeadWeights
from soundpost.teach.learn.cost import Cost, Real, Single, parts_of
from soundpost.teach.learn.minimise import minimise

SCALE_FLOOR = 0.05
"""Added to each deviation, as a share of the mean of all: a value of the embedding that hardly
varies is not blown up."""


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
    def of(cls, rows: NDArray[np.floating], weights: Real) -> "Standard":
        """Returns that of weighted rows.

        Args:
            rows: float[n, size].
            weights: float64[n], at least 0, not all 0.
        """
        share = weights / weights.sum()
        parts = list(parts_of(len(rows)))
        mean, variance = np.zeros(rows.shape[1]), np.zeros(rows.shape[1])
        for part in parts:
            mean += share[part] @ rows[part].astype(np.float64)
        for part in parts:
            variance += share[part] @ np.square(rows[part].astype(np.float64) - mean)
        deviation = np.sqrt(variance)
        floor = SCALE_FLOOR * float(deviation.mean())
        return cls(mean, deviation + (floor or 1.0))

    def apply_with_ones(self, rows: NDArray[np.floating]) -> NDArray[np.float32]:
        """Returns standardised rows and a column of ones, float32[n, size + 1]."""
        inputs = np.ones((len(rows), rows.shape[1] + 1), np.float32)
        for part in parts_of(len(rows)):
            inputs[part, :-1] = (rows[part].astype(np.float64) - self.mean) / self.scale
        return inputs


@dataclass(frozen=True, slots=True)
class StandardRows:
    """Rows that are standardised some at a time; all at once would be the most memory.

    Attributes:
        rows: float[n, size].
        standard: Standardises them.
    """

    rows: NDArray[np.floating]
    standard: Standard

    @property
    def shape(self) -> tuple[int, int]:
        """Rows, and values of one with the column of ones."""
        rows, size = self.rows.shape
        return rows, size + 1

    def part(self, part: slice) -> NDArray[np.float32]:
        """Returns some rows, float32[rows, size + 1]."""
        return self.standard.apply_with_ones(self.rows[part])

    def linear(self, part: slice, coefficients: Real) -> tuple[Real, Callable[[Real], Real]]:
        """Returns the logits of some rows, and the product of a vector and these rows.

        The rows stay as they are: mean and scale are moved to what they are multiplied by.
        """
        rows, mean, scale = (
            self.rows[part].astype(np.float64),
            self.standard.mean,
            self.standard.scale,
        )
        kernel = coefficients[:-1] / scale

        def product(vector: Real) -> Real:
            total = float(vector.sum())
            return np.append((vector @ rows - total * mean) / scale, total)

        return rows @ kernel + (coefficients[-1] - mean @ kernel), product


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
        for part in parts_of(len(rows)):
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
    rows: NDArray[np.floating],
    is_label: NDArray[np.bool_],
    weights: Real,
    start: Real | None = None,
    inverse: Single | None = None,
) -> Linear:
    """Returns the function that tells rows of a label from others.

    It minimises the weighted cross-entropy plus `PENALTY` / 2 times the squared weights, which has
    one minimum, by L-BFGS (see `minimise`).

    Args:
        rows: float[n, size].
        is_label: bool[n].
        weights: float64[n], at least 0; each class counts as much as the sum of its weights.
        start: float64[size + 1] coefficients of a similar fit, which saves steps.
        inverse: float32[size + 1, size + 1], the inverse curvature of a similar fit, which saves
            half of the work; see `inverse_curvature`.
    """
    standard = Standard.of(rows, weights)
    cost = Cost(StandardRows(rows, standard), is_label, weights / weights.sum())
    coefficients = np.zeros(rows.shape[1] + 1) if start is None else start
    if inverse is None:
        inverse = cost.inverse_curvature(coefficients)
    return Linear(standard, minimise(cost, coefficients, inverse))


def inverse_curvature(rows: NDArray[np.floating], weights: Real, fitted: Linear) -> Single:
    """Returns the inverse curvature of the cost at a fit, float32[size + 1, size + 1].

    Args:
        rows: What was fitted, as for `fit_logistic`.
        weights: Likewise.
        fitted: The fit.
    """
    no_label = np.zeros(len(rows), np.bool_)  # the curvature is the same with any
    cost = Cost(StandardRows(rows, fitted.standard), no_label, weights / weights.sum())
    return cost.inverse_curvature(fitted.coefficients)
