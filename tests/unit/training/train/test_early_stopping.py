"""Early stopping on validation clips."""

from pathlib import Path

import keras
import numpy as np
import pytest

from soundpost_training.dataset.readers.esc50 import read_esc50
from soundpost_training.train.early_stopping import EarlyStopping, split_validation

pytestmark = pytest.mark.training

WINDOWS = np.eye(2, dtype=np.float32)[:, :, None]
"""Two windows of two frames and one band; the target of each is the position of its 1."""
TRUTH = np.array([0, 1])


def model_of(confidence: float) -> keras.Model:
    """A compiled network that scores the right label higher, the more confident it is."""
    inputs = keras.Input((2, 1, 1))
    logits = keras.layers.Dense(2, use_bias=False)(keras.layers.Flatten()(inputs))
    model = keras.Model(inputs, logits)
    model.compile(keras.optimizers.AdamW(1e-3, use_ema=True), "mse")
    model.optimizer.build(model.trainable_variables)
    set_confidence(model, confidence)
    return model


def set_confidence(model: keras.Model, confidence: float) -> None:
    """Sets the weights of the network, and their averages."""
    averages = model.optimizer._model_variables_moving_average  # noqa: SLF001 - no public access
    for values in (model.trainable_variables[0], averages[0]):
        values.assign(confidence * np.eye(2))


def test_training_ends_when_patience_is_over(tmp_path: Path) -> None:
    """The best epoch is the second; its weights are restored three epochs later."""
    model = model_of(0.0)
    early_stopping = EarlyStopping(WINDOWS, TRUTH, tmp_path, patience_epochs=3)
    losses = []
    for epoch, confidence in enumerate((1.0, 4.0, 2.0, 0.5, 3.0), start=1):
        assert not early_stopping.is_due(epoch - 1)
        set_confidence(model, confidence)
        losses.append(early_stopping.evaluate(model, epoch))
        np.testing.assert_array_equal(model.get_weights()[0], confidence * np.eye(2))
    np.testing.assert_allclose(losses[0], np.log1p(np.exp(-1.0)), rtol=1e-5)
    assert early_stopping.is_due(5)
    early_stopping.restore_best(model)
    np.testing.assert_array_equal(model.get_weights()[0], 4.0 * np.eye(2))


def test_an_interrupted_run_remembers_its_best_epoch(tmp_path: Path) -> None:
    """A later epoch replaces it only with a lower loss."""
    model = model_of(4.0)
    EarlyStopping(WINDOWS, TRUTH, tmp_path, patience_epochs=3).evaluate(model, 1)
    continued = EarlyStopping(WINDOWS, TRUTH, tmp_path, patience_epochs=3)
    set_confidence(model, 1.0)
    continued.evaluate(model, 2)
    assert not continued.is_due(3)
    assert continued.is_due(4)
    continued.restore_best(model)
    np.testing.assert_array_equal(model.get_weights()[0], 4.0 * np.eye(2))


def test_without_patience_training_never_ends_early(tmp_path: Path) -> None:
    """The latest weights stay."""
    model = model_of(4.0)
    early_stopping = EarlyStopping(WINDOWS, TRUTH, tmp_path, patience_epochs=0)
    early_stopping.evaluate(model, 1)
    assert not early_stopping.is_due(1000)
    set_confidence(model, 1.0)
    early_stopping.restore_best(model)
    np.testing.assert_array_equal(model.get_weights()[0], np.eye(2))


def test_whole_recordings_of_the_training_folds_validate(tones: Path) -> None:
    """Of each label some clips, never all, and no recording on both sides."""
    dataset = read_esc50(tones)
    clips = dataset.in_folds([1, 2])
    validation = split_validation(dataset, clips, 0.5, 1)
    assert validation == split_validation(dataset, clips, 0.5, 1)
    assert set(validation) < set(clips)
    for label in dataset.labels:
        own = [clip for clip in clips if dataset.clips[clip].label == label]
        assert len(own) / 2 <= len(set(own) & set(validation)) < len(own)
    groups = [
        {dataset.clips[clip].group for clip in part}
        for part in (validation, set(clips) - set(validation))
    ]
    assert not groups[0] & groups[1]
    assert split_validation(dataset, clips, 0.0, 1) == []
