"""The network, and its way to int8."""

import keras
import numpy as np
import pytest

from soundpost.classify.interpreter import Interpreter
from soundpost.classify.quantization import dequantize, quantize
from soundpost_training.errors import TrainingError
from soundpost_training.experiment.experiment import ModelConfig
from soundpost_training.network.build import build_model, fold_scaling
from soundpost_training.quantize.convert import calibration_windows, quantize_model

pytestmark = pytest.mark.training

CONFIG = ModelConfig(stem_channels=8, block_channels=(8, 16), dropout=0.0)
SEPARABLE = ModelConfig(arch="separable", stem_channels=8, block_channels=(8, 16), dropout=0.0)
YAMNET = ModelConfig(arch="yamnet", layers=3, dropout=0.0)
MOBILENET = ModelConfig(arch="mobilenet_v2", width=0.35, dropout=0.0)
NETWORKS = [CONFIG, SEPARABLE, YAMNET, MOBILENET]
FRAMES, BANDS, LABELS = 64, 64, 5
OFFSET = 0.001


def trained(config: ModelConfig) -> keras.Model:
    """A network with weights and batch statistics that are nowhere trivial."""
    keras.utils.set_random_seed(1)
    model = build_model(config, FRAMES, BANDS, LABELS)
    rng = np.random.default_rng(2)
    for weight in model.weights:
        if weight.path.startswith("logits/"):
            weight.assign(0.3 * rng.normal(size=weight.shape))
        elif "kernel" not in weight.name:
            weight.assign(weight.numpy() + 0.03 * np.abs(rng.normal(size=weight.shape)))
    return model


@pytest.fixture(scope="module")
def network() -> keras.Model:
    """The default network."""
    return trained(CONFIG)


@pytest.fixture(scope="module")
def windows() -> np.ndarray:
    """Log-mel windows of noise that comes and goes, float32[40, frames, bands]."""
    rng = np.random.default_rng(3)
    envelope = rng.uniform(-6.9, 3.0, (40, FRAMES, 1))
    return np.clip(envelope + rng.normal(0, 0.7, (40, FRAMES, BANDS)), -6.9, 5.0).astype("f4")


@pytest.mark.parametrize("config", [CONFIG, SEPARABLE], ids=lambda config: config.arch)
def test_folding_the_scaling_changes_nothing(config: ModelConfig, windows: np.ndarray) -> None:
    """The folded network has one layer less and the same logits."""
    network = trained(config)
    folded = fold_scaling(network, config)
    assert len(folded.layers) == len(network.layers) - 1
    expected = network.predict(windows[..., None], verbose=0)
    assert expected.std() > 0.01
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


@pytest.mark.parametrize("config", NETWORKS, ids=lambda config: config.arch)
def test_int8_hears_what_float_hears(config: ModelConfig, windows: np.ndarray) -> None:
    """Logits after quantisation point the same way, cosine above 0.98, batch 1, int8 throughout."""
    network = trained(config)
    calibration = calibration_windows(np.random.default_rng(0), windows, 40, OFFSET)
    interpreter = Interpreter(quantize_model(network, config, calibration))
    given, answered = interpreter.input, interpreter.output
    assert (given.shape, given.dtype) == ((1, FRAMES, BANDS, 1), "int8")
    assert (answered.shape, answered.dtype) == ((1, LABELS), "int8")
    expected = network.predict(windows[..., None], verbose=0)
    for window, logits in zip(windows, expected, strict=True):
        values = quantize(window[None, ..., None], given.scale, given.zero_point)
        got = dequantize(interpreter.invoke(values), answered.scale, answered.zero_point)[0]
        cosine = got @ logits / np.linalg.norm(got) / np.linalg.norm(logits)
        assert cosine > 0.98


def test_the_baseline_has_no_network() -> None:
    """What asks for one is told which verb gives the baseline's figures."""
    with pytest.raises(TrainingError, match="boosting is a baseline") as caught:
        build_model(ModelConfig(arch="boosting"), FRAMES, BANDS, LABELS)
    assert "crossval" in caught.value.hint


def test_a_backend_that_cannot_convert_says_which_can(
    network: keras.Model, windows: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Weights trained on another backend are kept, and the way on is told."""
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(TrainingError, match="jax cannot make int8") as caught:
        quantize_model(network, CONFIG, windows)
    assert "KERAS_BACKEND=tensorflow" in caught.value.hint
