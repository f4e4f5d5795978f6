"""Checkpoints of a training run."""

from pathlib import Path

import keras
import numpy as np
import pytest

from soundpost_training.runs.checkpoint import CHECKPOINT_FOLDER, Checkpoints, has_checkpoint

pytestmark = pytest.mark.training

EXAMPLES, TARGETS = np.ones((4, 3), np.float32), np.ones((4, 2), np.float32)


def compiled(seed: int) -> keras.Model:
    """A small network with dropout, whose random state is to be restored as well."""
    keras.utils.set_random_seed(seed)
    hidden = keras.layers.Dropout(0.5, seed=seed)(
        keras.layers.Dense(8)(inputs := keras.Input((3,)))
    )
    model = keras.Model(inputs, keras.layers.Dense(2)(hidden))
    model.compile(keras.optimizers.AdamW(1e-2, use_ema=True, ema_momentum=0.9), "mse")
    return model


def test_a_restored_model_trains_on_as_the_saved_one(tmp_path: Path) -> None:
    """Weights, averages, the optimizer's state and the random state are those of the checkpoint."""
    model, other = compiled(1), compiled(2)
    model.train_on_batch(EXAMPLES, TARGETS)
    Checkpoints(tmp_path).save_if_due(model, 5)
    assert Checkpoints(tmp_path).restore(other) == 5
    for each in (model, other):
        each.train_on_batch(EXAMPLES, TARGETS)
    for one, two in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_only_the_latest_of_every_fifth_epoch_is_kept(tmp_path: Path) -> None:
    """Other epochs save nothing, and an older checkpoint is removed."""
    model, folder = compiled(1), tmp_path / CHECKPOINT_FOLDER
    model.train_on_batch(EXAMPLES, TARGETS)
    checkpoints = Checkpoints(folder)
    assert not has_checkpoint(tmp_path)
    for epoch in range(1, 12):
        checkpoints.save_if_due(model, epoch)
    assert has_checkpoint(tmp_path)
    assert [path.name for path in folder.iterdir()] == ["epoch00010.npz"]


def test_without_a_checkpoint_training_begins_at_the_first_epoch(tmp_path: Path) -> None:
    """The model stays as it is."""
    model = compiled(1)
    before = model.get_weights()
    assert Checkpoints(tmp_path).restore(model) == 0
    for one, two in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
