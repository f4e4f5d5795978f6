"""A linear head on features: logistic regression, of labels that exclude each other or not."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from soundpost.classify.activation import sigmoid, softmax

Real = NDArray[np.float32]
Activation = Literal["softmax", "sigmoid"]

REGULARISATION = 0.01
"""C of the penalty |weights|^2 / 2C beside the summed cross-entropy of all windows. Of 0.001 to 0.1
the best on two sets of recordings, together with several layers; see docs/adr/0037."""

ITERATIONS = 100
TOLERANCE = 1e-6
"""Relative change of the loss that ends the fit; the accuracy is final long before."""

SMALLEST_DEVIATION = 1e-3
"""Of a feature that is constant in training, which must not blow up on other sound."""


@dataclass(frozen=True, slots=True)
class Head:
    """A fitted head.

    Attributes:
        kernel: float32[features, labels].
        bias: float32[labels].
        activation: What makes scores of logits.
    """

    kernel: Real
    bias: Real
    activation: Activation

    def logits(self, features: Real) -> Real:
        """Returns logits float32[n, labels] of features float32[n, features]."""
        logits: Real = features @ self.kernel + self.bias
        return logits

    def scores(self, features: Real, temperature: float = 1.0) -> Real:
        """Returns scores float32[n, labels] of features float32[n, features]."""
        logits = self.logits(features).astype(np.float64) / temperature
        function = sigmoid if self.activation == "sigmoid" else softmax
        scores: Real = function(logits).astype(np.float32)
        return scores


def fit_head(features: Real, targets: Real, activation: Activation) -> Head:
    """Returns the head with the smallest regularised cross-entropy, by L-BFGS.

    The features are standardised; mean and deviation are part of the returned kernel and bias.

    Args:
        features: float32[n, features] of windows.
        targets: float32[n, labels]; of softmax each row sums to 1.
        activation: Whether labels exclude each other.
    """
    mean = features.mean(axis=0)
    deviation = np.maximum(features.std(axis=0), SMALLEST_DEVIATION)
    standardised = (features - mean) / deviation
    labels = targets.shape[1]
    size = standardised.shape[1] * labels
    loss = _loss_of(standardised, targets, activation)
    start = np.zeros(size + labels)
    found = minimize(
        loss,
        start,
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": ITERATIONS, "ftol": TOLERANCE},
    )
    weights = found.x.astype(np.float32)
    kernel = weights[:size].reshape(-1, labels) / deviation[:, None]
    return Head(kernel, weights[size:] - mean @ kernel, activation)


def _loss_of(
    features: Real, targets: Real, activation: Activation
) -> Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]]:
    """Returns the function from weights to the mean loss and its gradient."""
    windows, labels = targets.shape
    size = features.shape[1] * labels
    share = 1.0 / (REGULARISATION * windows)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        kernel = weights[:size].astype(np.float32).reshape(-1, labels)
        logits = features @ kernel + weights[size:].astype(np.float32)
        if activation == "softmax":
            top = logits.max(axis=1, keepdims=True)
            log_sum = top + np.log(np.exp(logits - top).sum(axis=1, keepdims=True))
            entropy = float((targets * (log_sum - logits)).sum(dtype=np.float64))
            scores = np.exp(logits - log_sum)
        else:
            entropy = float((np.logaddexp(0.0, logits) - targets * logits).sum(dtype=np.float64))
            scores = sigmoid(logits.astype(np.float64)).astype(np.float32)
        difference = ((scores - targets) / windows).astype(np.float32)
        gradient = np.concatenate(((features.T @ difference).ravel(), difference.sum(axis=0)))
        gradient = gradient.astype(np.float64)
        gradient[:size] += share * weights[:size]
        penalty = 0.5 * share * float(weights[:size] @ weights[:size])
        return entropy / windows + penalty, gradient

    return loss
