"""Accuracy that int8 loses."""

from pathlib import Path

import keras
import numpy as np
import pytest

from soundpost_training.dataset.clip import Clip, Dataset
from soundpost_training.experiment.experiment import Experiment
from soundpost_training.quantize.accuracy_loss import Int8AccuracyLoss
from soundpost_training.quantize.convert import convert

pytestmark = pytest.mark.training

LABELS, BANDS_OF_A_LABEL = 3, 21
CLIPS = tuple(Clip(Path(f"{fold}.wav"), "low", fold, str(fold)) for fold in (1, 2, 3))
DATASET = Dataset("tones", CLIPS, ("low", "middle", "high"), "", "")


def network(weight: float, bias: float = 0.0) -> keras.Model:
    """A network whose logits are weighted sums over a third of the bands each.

    The bias is that of the first label.
    """
    log_mel = keras.Input((64, 64, 1))
    means = keras.layers.GlobalAveragePooling2D()(keras.layers.Permute((1, 3, 2))(log_mel))
    model = keras.Model(log_mel, keras.layers.Dense(LABELS)(means))
    kernel = np.zeros((64, LABELS), np.float32)
    for label in range(LABELS):
        kernel[BANDS_OF_A_LABEL * label : BANDS_OF_A_LABEL * (label + 1), label] = weight
    model.layers[-1].set_weights([kernel, np.array([bias, 0.0, 0.0])])
    return model


def windows_and_truth() -> tuple[np.ndarray, np.ndarray]:
    """Ten windows of each label, its bands above the floor, and as many of silence."""
    truth = np.repeat(np.arange(LABELS + 1), 10)
    windows = np.full((len(truth), 64, 64), -6.0, np.float32)
    for window, label in zip(windows, truth, strict=True):
        if label < LABELS:
            window[:, BANDS_OF_A_LABEL * label : BANDS_OF_A_LABEL * (label + 1)] = 2.0
    return windows, np.where(truth < LABELS, truth, 2)


def test_a_model_with_the_same_labels_loses_nothing(experiment: Experiment) -> None:
    """Windows of silence do not count, whatever their label: the network is not sure of them."""
    windows, truth = windows_and_truth()
    model = network(0.5)
    loss = Int8AccuracyLoss(experiment, DATASET, model, windows, truth)
    assert loss.of(convert(model, windows)) == 0.0


def test_a_model_with_one_label_for_all_loses_the_others(experiment: Experiment) -> None:
    """Two thirds of the windows have another label."""
    windows, truth = windows_and_truth()
    model = network(0.5)
    loss = Int8AccuracyLoss(experiment, DATASET, model, windows, truth)
    assert loss.of(convert(network(0.0, bias=1.0), windows)) == pytest.approx(2 / 3)


def test_a_network_that_is_sure_of_nothing_loses_nothing(experiment: Experiment) -> None:
    """There is no window to measure by."""
    windows, truth = windows_and_truth()
    model = network(0.0)
    assert Int8AccuracyLoss(experiment, DATASET, model, windows, truth).of(b"") == 0.0
