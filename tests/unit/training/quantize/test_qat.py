"""Quantisation-aware training."""

import keras
import numpy as np
import pytest

from soundpost.classify.interpreter import Interpreter
from soundpost.classify.quantization import dequantize, quantize
from soundpost_training.experiment.deploy import QuantizeConfig
from soundpost_training.experiment.experiment import ModelConfig
from soundpost_training.network.build import build_model, fold_scaling
from soundpost_training.quantize.convert import calibration_windows, convert
from soundpost_training.quantize.qat import fine_tune_quantised

pytestmark = pytest.mark.training

FRAMES, BANDS, LABELS = 64, 64, 5
OFFSET = 0.001
AWARE = QuantizeConfig(aware_epochs=4, aware_learning_rate=1e-4)


@pytest.fixture(scope="module")
def windows() -> np.ndarray:
    """Log-mel windows of noise whose level varies, float32[192, frames, bands]."""
    rng = np.random.default_rng(3)
    envelope = rng.uniform(-6.9, 3.0, (192, FRAMES, 1))
    return np.clip(envelope + rng.normal(0, 0.7, (192, FRAMES, BANDS)), -6.9, 5.0).astype("f4")


@pytest.fixture(scope="module", params=["residual", "separable"])
def network(request: pytest.FixtureRequest, windows: np.ndarray) -> keras.Model:
    """A network with weights of very different size in one channel, which int8 rounds coarsely."""
    keras.utils.set_random_seed(1)
    config = ModelConfig(arch=request.param, stem_channels=8, block_channels=(8, 16))
    model = build_model(config, FRAMES, BANDS, LABELS)
    rng = np.random.default_rng(2)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0  # statistics of a single pass
        elif weights := layer.get_weights():
            kernel = rng.normal(0, 0.3, weights[0].shape) * np.exp(
                1.2 * rng.normal(size=weights[0].shape)
            )
            layer.set_weights([kernel, *weights[1:]])
    model(windows[..., None], training=True)
    return fold_scaling(model, config)


@pytest.fixture(scope="module")
def tuned(network: keras.Model, windows: np.ndarray) -> keras.Model:
    """The same network, fine-tuned for int8."""
    return fine_tune_quantised(network, AWARE, windows, calibration_of(windows), 1)


def calibration_of(windows: np.ndarray) -> np.ndarray:
    """The windows that the ranges are taken from, with floor and ceiling."""
    return calibration_windows(np.random.default_rng(0), windows, 64, OFFSET)


def divergence(network: keras.Model, other: keras.Model, windows: np.ndarray) -> float:
    """Mean Kullback-Leibler divergence of a network's int8 scores from another's float scores."""
    interpreter = Interpreter(convert(network, calibration_of(windows)))
    model_input, model_output = interpreter.input, interpreter.output
    logits = [
        dequantize(
            interpreter.invoke(
                quantize(window[None, ..., None], model_input.scale, model_input.zero_point)
            ),
            model_output.scale,
            model_output.zero_point,
        )[0]
        for window in windows
    ]
    int8 = np.asarray(keras.ops.log_softmax(np.stack(logits)))
    real = np.asarray(keras.ops.log_softmax(other.predict(windows[..., None], verbose=0)))
    return float((np.exp(real) * (real - int8)).sum(axis=1).mean())


def test_a_fine_tuned_network_is_closer_to_its_float_scores(
    network: keras.Model, tuned: keras.Model, windows: np.ndarray
) -> None:
    """The int8 model of the tuned network diverges less than that of the network."""
    assert tuned is not network
    assert divergence(tuned, network, windows) < divergence(network, network, windows)


def test_kernels_of_a_fine_tuned_network_lie_on_the_grid(tuned: keras.Model) -> None:
    """Each output channel's weights are whole multiples of its largest by 127."""
    for layer in tuned.layers:
        if isinstance(layer, keras.layers.BatchNormalization) or not layer.get_weights():
            continue
        kernel = layer.get_weights()[0]
        is_depthwise = isinstance(layer, keras.layers.DepthwiseConv2D)
        steps = kernel.reshape(-1, *kernel.shape[-2:] if is_depthwise else kernel.shape[-1:])
        steps = steps / np.abs(steps).max(axis=0) * 127
        np.testing.assert_allclose(steps, np.rint(steps), atol=1e-3)


def test_fine_tuning_that_makes_it_worse_is_undone(
    network: keras.Model, windows: np.ndarray
) -> None:
    """A learning rate that destroys the weights gives the network itself."""
    wild = QuantizeConfig(aware_epochs=1, aware_learning_rate=10.0)
    assert fine_tune_quantised(network, wild, windows[:64], windows[:64], 1) is network
