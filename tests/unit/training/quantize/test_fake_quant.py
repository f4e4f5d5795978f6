"""Fake-quantised layers."""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from soundpost.classify.quantization import dequantize, quantize
from soundpost_training.quantize.fake_quant import (
    FakeQuantActivation,
    FakeQuantConv2D,
    FakeQuantDense,
    FakeQuantDepthwiseConv2D,
    round_to_grid,
)

pytestmark = pytest.mark.training


@given(arrays.arrays(np.float32, (3, 3, 2, 4), elements=st.floats(-50, 50, width=32)))
def test_a_weight_is_rounded_by_half_a_step_at_most(kernel: np.ndarray) -> None:
    """A kernel that is on the grid already does not change."""
    rounded = round_to_grid(kernel, (-1,))
    step = np.abs(kernel).max(axis=(0, 1, 2)) / 127
    assert (np.abs(rounded - kernel) <= step * 0.5001 + 1e-6).all()
    np.testing.assert_allclose(round_to_grid(rounded, (-1,)), rounded, rtol=1e-5, atol=1e-9)


@given(st.floats(-20, 20), st.floats(0.1, 30))
def test_activations_are_rounded_as_the_daemon_rounds(low: float, spread: float) -> None:
    """They equal quantised and dequantised values; 0 stays 0."""
    layer = FakeQuantActivation(low, low + spread)
    values = np.linspace(low - 1, low + spread + 1, 101, dtype=np.float32)
    lowest, highest = min(low, 0.0), max(low + spread, 0.0)
    scale = (highest - lowest) / 255
    zero_point = round(-128 - lowest / scale)
    expected = dequantize(quantize(values, scale, zero_point), scale, zero_point)
    rounded = np.asarray(layer(values))
    assert (np.abs(rounded - expected) <= scale * 1.001).all()  # a tie may go either way
    assert np.mean(np.abs(rounded - expected) > scale * 0.01) < 0.1
    assert float(layer(np.zeros(1, np.float32))[0]) == 0.0


@pytest.mark.parametrize(
    ("layer", "plain"),
    [
        (FakeQuantConv2D(3, 3), keras.layers.Conv2D(3, 3)),
        (FakeQuantDepthwiseConv2D(3), keras.layers.DepthwiseConv2D(3)),
        (FakeQuantDense(3), keras.layers.Dense(3)),
    ],
)
def test_a_layer_computes_with_its_rounded_kernel(layer: keras.Layer, plain: keras.Layer) -> None:
    """It gives what a plain layer gives whose kernel is on the grid."""
    inputs = np.random.default_rng(0).normal(size=(2, 5, 5, 4)).astype(np.float32)
    layer(inputs), plain(inputs)
    kernel, bias = layer.get_weights()
    plain.set_weights([round_to_grid(kernel, type(layer).channel_axes), bias])
    np.testing.assert_allclose(layer(inputs), plain(inputs), atol=1e-5)
    assert np.abs(round_to_grid(kernel, type(layer).channel_axes) - kernel).max() > 0
