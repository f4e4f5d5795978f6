"""The network, and its way to int8."""

import keras
import numpy as np
import pytest

from soundpost.classify.interpreter import Interpreter
from soundpost.classify.quantization import dequantize, quantize
from soundpost_training.config import ModelConfig
from soundpost_training.errors import TrainingError
from soundpost_training.model import build_model, fold_scaling
from soundpost_training.quantize import calibration_windows, quantize_model

pytestmark = pytest.mark.training

CONFIG = ModelConfig(stem_channels=8, block_channels=(8, 16), dropout=0.0)
FRAMES, BANDS, LABELS = 64, 64, 5
OFFSET = 0.001


@pytest.fixture(scope="module")
def network() -> keras.Model:
    """A network with weights and batch statistics that are nowhere trivial."""
    keras.utils.set_random_seed(1)
    model = build_model(CONFIG, FRAMES, BANDS, LABELS)
    rng = np.random.default_rng(2)
    for weight in model.weights:
        spread = 0.5 if "kernel" in weight.name else 0.1
        weight.assign(weight.numpy() + spread * np.abs(rng.normal(size=weight.shape)) * 0.3)
    return model


@pytest.fixture(scope="module")
def windows() -> np.ndarray:
    """Log-mel windows of noise that comes and goes, float32[40, frames, bands]."""
    rng = np.random.default_rng(3)
    envelope = rng.uniform(-6.9, 3.0, (40, FRAMES, 1))
    return np.clip(envelope + rng.normal(0, 0.7, (40, FRAMES, BANDS)), -6.9, 5.0).astype("f4")


def test_folding_the_scaling_changes_nothing(network: keras.Model, windows: np.ndarray) -> None:
    """The folded network has one layer less and the same logits."""
    folded = fold_scaling(network, CONFIG)
    assert len(folded.layers) == len(network.layers) - 1
    expected = network.predict(windows[..., None], verbose=0)
    np.testing.assert_allclose(
        folded.predict(windows[..., None], verbose=0), expected, rtol=1e-3, atol=1e-3
    )


def test_calibration_holds_the_floor_and_the_ceiling(windows: np.ndarray) -> None:
    """The int8 ranges are taken from silence and from full scale too, and repeat by seed."""
    one, two = (
        calibration_windows(np.random.default_rng(4), windows, 10, OFFSET) for _ in range(2)
    )
    assert np.array_equal(one, two)
    assert len(one) == 12
    assert (one[-2] == np.float32(np.log(OFFSET))).all()
    assert one.max() > 5.0


def test_int8_hears_what_float_hears(network: keras.Model, windows: np.ndarray) -> None:
    """Logits after quantisation point the same way, cosine above 0.98, batch 1, int8 throughout."""
    calibration = calibration_windows(np.random.default_rng(0), windows, 40, OFFSET)
    interpreter = Interpreter(quantize_model(network, CONFIG, calibration))
    given, answered = interpreter.input, interpreter.output
    assert (given.shape, given.dtype) == ((1, FRAMES, BANDS, 1), "int8")
    assert (answered.shape, answered.dtype) == ((1, LABELS), "int8")
    expected = network.predict(windows[..., None], verbose=0)
    for window, logits in zip(windows, expected, strict=True):
        values = quantize(window[None, ..., None], given.scale, given.zero_point)
        got = dequantize(interpreter.invoke(values), answered.scale, answered.zero_point)[0]
        cosine = got @ logits / np.linalg.norm(got) / np.linalg.norm(logits)
        assert cosine > 0.98


def test_a_backend_that_cannot_convert_says_which_can(
    network: keras.Model, windows: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Weights trained on another backend are kept, and the way on is told."""
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(TrainingError, match="jax cannot make int8") as caught:
        quantize_model(network, CONFIG, windows)
    assert "KERAS_BACKEND=tensorflow" in caught.value.hint
