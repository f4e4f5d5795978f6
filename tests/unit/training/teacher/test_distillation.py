"""Batches and loss of distillation."""

import numpy as np
import pytest
from numpy.typing import NDArray

from soundpost_training.teacher.distillation import DistillationLoss

pytestmark = pytest.mark.training


def test_the_loss_weighs_soft_and_true_labels() -> None:
    """It equals its formula, computed in numpy."""
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(4, 3))
    true_labels, soft_labels = (rng.dirichlet(np.ones(3), 4) for _ in range(2))
    loss = DistillationLoss(temperature=2.0, weight=0.9)
    targets = np.stack((true_labels, soft_labels), axis=1)
    got = loss(targets.astype("f4"), logits.astype("f4"))

    def log_softmax(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(values - np.log(np.exp(values).sum(axis=1, keepdims=True)))

    hard = -(true_labels * log_softmax(logits)).sum(axis=1)
    soft = -(soft_labels * log_softmax(logits / 2)).sum(axis=1) * 4
    assert float(got) == pytest.approx((0.1 * hard + 0.9 * soft).mean(), rel=1e-5)
