"""Logistic regression on features."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from soundpost_training.train.linear_head import REGULARISATION, Activation, fit_head

RNG = np.random.default_rng(4)
TRUTH = RNG.integers(0, 3, 240)
FEATURES = (RNG.normal(0.0, 1.0, (240, 6)) * 5.0 + 3.0).astype(np.float32)
FEATURES[np.arange(240), TRUTH] += 8.0


def test_it_is_the_regression_of_scikit_learn() -> None:
    """Scores agree with those of another implementation of the same loss."""
    head = fit_head(FEATURES, np.eye(3, dtype=np.float32)[TRUTH], "softmax")
    scaler = StandardScaler().fit(FEATURES)
    other = LogisticRegression(C=REGULARISATION, max_iter=500).fit(
        scaler.transform(FEATURES), TRUTH
    )
    expected = other.predict_proba(scaler.transform(FEATURES))
    np.testing.assert_allclose(head.scores(FEATURES), expected, atol=0.02)


def test_each_label_of_a_sigmoid_stands_alone() -> None:
    """Rows without a label get low scores of all labels."""
    targets = np.eye(3, dtype=np.float32)[TRUTH]
    targets[TRUTH == 2] = 0.0
    head = fit_head(FEATURES, targets[:, :2], "sigmoid")
    scores = head.scores(FEATURES)
    assert scores[TRUTH == 2].mean() < 0.35 < scores[TRUTH == 0, 0].mean()


@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
def test_constant_features_give_finite_scores(activation: Activation) -> None:
    """A feature that never varies in training has no weight, and other values do no harm."""
    features = FEATURES.copy()
    features[:, 5] = 1.0
    head = fit_head(features, np.eye(3, dtype=np.float32)[TRUTH], activation)
    other = features.copy()
    other[:, 5] = 2.0
    assert np.isfinite(head.scores(other)).all()
    np.testing.assert_allclose(head.scores(other), head.scores(features), atol=1e-3)
