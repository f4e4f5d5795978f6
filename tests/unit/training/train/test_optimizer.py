"""The learning rates of the optimizer."""

import keras
import numpy as np
import pytest

from soundpost_training.train.optimizer import adamw

pytestmark = pytest.mark.training


def test_the_backbone_has_a_lower_learning_rate() -> None:
    """After one step every layer but the last has moved by its share of the rate."""
    log_mel = keras.Input((4,))
    hidden = keras.layers.Dense(3, name="first")(log_mel)
    model = keras.Model(log_mel, keras.layers.Dense(2, name="logits")(hidden))
    before = [np.array(weight) for weight in model.trainable_variables]
    model.compile(adamw(0.1, 0.25, weight_decay=0.0), "mse")
    model.train_on_batch(np.ones((8, 4)), 100 * np.ones((8, 2)))
    after = [np.array(weight) for weight in model.trainable_variables]
    moved = [np.abs(two - one).max() for one, two in zip(before, after, strict=True)]
    np.testing.assert_allclose(moved, [0.025, 0.025, 0.1, 0.1], rtol=1e-3)


def test_without_a_share_it_is_plain_adamw() -> None:
    """Runs from before there were two rates continue with the optimizer that they had."""
    assert type(adamw(0.1, None, weight_decay=0.0)) is keras.optimizers.AdamW
