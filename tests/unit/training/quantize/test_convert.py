"""Conversion of networks to int8."""

import keras
import numpy as np
import pytest

from soundpost.classify.interpreter import Interpreter
from soundpost.classify.quantization import dequantize, quantize
from soundpost_training.errors import TrainingError
from soundpost_training.experiment.experiment import ModelConfig
from soundpost_training.network.build import build_model, fold_scaling
from soundpost_training.quantize.convert import calibration_windows, convert

pytestmark = pytest.mark.training

NETWORKS = [
    ModelConfig(stem_channels=8, block_channels=(8, 16), dropout=0.0),
    ModelConfig(arch="separable", stem_channels=8, block_channels=(8, 16), dropout=0.0),
    ModelConfig(arch="yamnet", layers=3, dropout=0.0),
    ModelConfig(arch="mobilenet_v2", width=0.35, dropout=0.0),
]
FRAMES, BANDS, LABELS = 32, 32, 5
OFFSET = 0.001


@pytest.fixture(scope="module")
def windows() -> np.ndarray:
    """Log-mel windows of noise whose level varies, float32[12, frames, bands]."""
    rng = np.random.default_rng(3)
    envelope = rng.uniform(-6.9, 3.0, (12, FRAMES, 1))
    return np.clip(envelope + rng.normal(0, 0.7, (12, FRAMES, BANDS)), -6.9, 5.0).astype("f4")


def build(config: ModelConfig) -> keras.Model:
    """A network whose weights and batch statistics are not trivial."""
    keras.utils.set_random_seed(1)
    model = build_model(config, FRAMES, BANDS, LABELS)
    rng = np.random.default_rng(2)
    for weight in model.weights:
        if weight.path.startswith("logits/"):
            weight.assign(0.3 * rng.normal(size=weight.shape))
        elif "kernel" not in weight.name:
            weight.assign(weight.numpy() + 0.03 * np.abs(rng.normal(size=weight.shape)))
    return model


@pytest.mark.parametrize("config", NETWORKS, ids=lambda config: config.arch)
def test_int8_logits_point_the_way_of_float_logits(
    config: ModelConfig, windows: np.ndarray
) -> None:
    """Their cosine is above 0.98; the model has batch 1 and is int8 throughout."""
    network = build(config)
    calibration = calibration_windows(np.random.default_rng(0), windows, len(windows), OFFSET)
    interpreter = Interpreter(convert(fold_scaling(network, config), calibration))
    model_input, model_output = interpreter.input, interpreter.output
    assert (model_input.shape, model_input.dtype) == ((1, FRAMES, BANDS, 1), "int8")
    assert (model_output.shape, model_output.dtype) == ((1, LABELS), "int8")
    expected = network.predict(windows[..., None], verbose=0)
    for window, logits in zip(windows, expected, strict=True):
        values = quantize(window[None, ..., None], model_input.scale, model_input.zero_point)
        output = interpreter.invoke(values)
        got = dequantize(output, model_output.scale, model_output.zero_point)[0]
        assert got @ logits / np.linalg.norm(got) / np.linalg.norm(logits) > 0.98


def test_calibration_windows_have_the_floor_and_the_ceiling(windows: np.ndarray) -> None:
    """Silence and full scale are added to the chosen windows; a seed repeats the choice."""
    one, two = (
        calibration_windows(np.random.default_rng(4), windows, 10, OFFSET) for _ in range(2)
    )
    assert np.array_equal(one, two)
    assert len(one) == 12
    assert (one[-2] == np.float32(np.log(OFFSET))).all()
    assert one.max() > 5.0


def test_a_backend_that_cannot_convert_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The weights are saved, and the hint names the backend that can."""
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(TrainingError, match="jax cannot make int8") as caught:
        convert(keras.Sequential(), np.zeros((1, FRAMES, BANDS), np.float32))
    assert "KERAS_BACKEND=tensorflow" in caught.value.hint
