"""Getting used to int8."""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from soundpost.classify.interpreter import Interpreter
from soundpost.classify.quantization import dequantize, quantize
from soundpost_training.experiment.deploy import QuantizeConfig
from soundpost_training.experiment.experiment import ModelConfig
from soundpost_training.network.build import build_model, fold_scaling
from soundpost_training.quantize.convert import calibration_windows, convert
from soundpost_training.quantize.fake_quant import GridActivation, weights_on_grid
from soundpost_training.quantize.qat import fine_tune_quantised

pytestmark = pytest.mark.training

FRAMES, BANDS, LABELS = 64, 64, 5
OFFSET = 0.001
AWARE = QuantizeConfig(aware_epochs=4, aware_learning_rate=1e-4)


@pytest.fixture(scope="module")
def windows() -> np.ndarray:
    """Log-mel windows of noise that comes and goes, float32[192, frames, bands]."""
    rng = np.random.default_rng(3)
    envelope = rng.uniform(-6.9, 3.0, (192, FRAMES, 1))
    return np.clip(envelope + rng.normal(0, 0.7, (192, FRAMES, BANDS)), -6.9, 5.0).astype("f4")


@pytest.fixture(scope="module", params=["residual", "separable"])
def network(request: pytest.FixtureRequest, windows: np.ndarray) -> keras.Model:
    """A network with weights of very different size in one channel, which int8 spoils."""
    keras.utils.set_random_seed(1)
    config = ModelConfig(arch=request.param, stem_channels=8, block_channels=(8, 16))
    model = build_model(config, FRAMES, BANDS, LABELS)
    rng = np.random.default_rng(2)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0  # one pass is to be enough for its statistics
        elif weights := layer.get_weights():
            kernel = rng.normal(0, 0.3, weights[0].shape) * np.exp(
                1.2 * rng.normal(size=weights[0].shape)
            )
            layer.set_weights([kernel, *weights[1:]])
    model(windows[..., None], training=True)
    return fold_scaling(model, config)


@pytest.fixture(scope="module")
def used(network: keras.Model, windows: np.ndarray) -> keras.Model:
    """The same network, after it got used to int8."""
    return fine_tune_quantised(network, AWARE, windows, calibration_of(windows), 1)


def calibration_of(windows: np.ndarray) -> np.ndarray:
    """What the ranges are taken from, floor and ceiling planted."""
    return calibration_windows(np.random.default_rng(0), windows, 64, OFFSET)


def astray(network: keras.Model, other: keras.Model, windows: np.ndarray) -> float:
    """How far the int8 scores of a network lie from the float scores of another, divergence."""
    interpreter = Interpreter(convert(network, calibration_of(windows)))
    given, answered = interpreter.input, interpreter.output
    logits = [
        dequantize(
            interpreter.invoke(quantize(window[None, ..., None], given.scale, given.zero_point)),
            answered.scale,
            answered.zero_point,
        )[0]
        for window in windows
    ]
    told = np.asarray(keras.ops.log_softmax(np.stack(logits)))
    meant = np.asarray(keras.ops.log_softmax(other.predict(windows[..., None], verbose=0)))
    return float((np.exp(meant) * (meant - told)).sum(axis=1).mean())


def test_a_network_used_to_int8_stays_closer_to_itself(
    network: keras.Model, used: keras.Model, windows: np.ndarray
) -> None:
    """The model that the device runs strays less from what the network said in float."""
    assert used is not network
    assert astray(used, network, windows) < astray(network, network, windows)


def test_weights_of_a_network_used_to_int8_lie_on_the_grid(used: keras.Model) -> None:
    """Each output channel's weights are whole multiples of its largest by 127."""
    for layer in used.layers:
        if isinstance(layer, keras.layers.BatchNormalization) or not layer.get_weights():
            continue
        kernel = layer.get_weights()[0]
        deep = isinstance(layer, keras.layers.DepthwiseConv2D)
        steps = kernel.reshape(-1, *kernel.shape[-2:] if deep else kernel.shape[-1:])
        steps = steps / np.abs(steps).max(axis=0) * 127
        np.testing.assert_allclose(steps, np.rint(steps), atol=1e-3)


def test_what_gets_worse_is_left_as_it_was(network: keras.Model, windows: np.ndarray) -> None:
    """A rate that wrecks the network gives the network itself."""
    wild = QuantizeConfig(aware_epochs=1, aware_learning_rate=10.0)
    assert fine_tune_quantised(network, wild, windows[:64], windows[:64], 1) is network


@given(arrays.arrays(np.float32, (3, 3, 2, 4), elements=st.floats(-50, 50, width=32)))
def test_the_grid_is_near_and_is_its_own_grid(kernel: np.ndarray) -> None:
    """No weight moves further than half a step, and what is on the grid stays."""
    rounded = weights_on_grid(kernel, (-1,))
    step = np.abs(kernel).max(axis=(0, 1, 2)) / 127
    assert (np.abs(rounded - kernel) <= step * 0.5001 + 1e-6).all()
    np.testing.assert_allclose(weights_on_grid(rounded, (-1,)), rounded, rtol=1e-5, atol=1e-9)


@given(st.floats(-20, 20), st.floats(0.1, 30))
def test_activations_are_rounded_as_the_daemon_rounds(low: float, spread: float) -> None:
    """What is left is what quantising and dequantising leave, and 0 is 0."""
    layer = GridActivation(low, low + spread)
    values = np.linspace(low - 1, low + spread + 1, 101, dtype=np.float32)
    given_low, given_high = min(low, 0.0), max(low + spread, 0.0)
    scale = (given_high - given_low) / 255
    zero_point = round(-128 - given_low / scale)
    expected = dequantize(quantize(values, scale, zero_point), scale, zero_point)
    left = np.asarray(layer(values))
    assert (np.abs(left - expected) <= scale * 1.001).all()  # a tie may go either way
    assert np.mean(np.abs(left - expected) > scale * 0.01) < 0.1
    assert float(layer(np.zeros(1, np.float32))[0]) == 0.0
