"""Layers with fake-quantised weights and activations, for quantisation-aware training.

The forward pass rounds values to the int8 grid; the backward pass ignores the rounding (the
straight-through estimator; Jacob et al., "Quantization and Training of Neural Networks for
Efficient Integer-Arithmetic-Only Inference", CVPR 2018). As in TFLite, weights have a symmetric
grid for each output channel, activations one grid with a zero point. A normalisation behind a
convolution scales whole channels, and their grids with them, so it need not be folded first.
"""

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray

LARGEST_WEIGHT = 127
LOWEST, HIGHEST = -128, 127
SMALLEST_SCALE = 1e-12
"""Scale of a channel or a tensor that is 0 throughout, which would be divided by 0."""


def round_to_grid(
    kernel: NDArray[np.float32], channel_axes: tuple[int, ...]
) -> NDArray[np.float32]:
    """Returns the kernel rounded to its int8 grid, of the same shape.

    Args:
        kernel: The weights of a layer.
        channel_axes: Axes of the output channels, negative.
    """
    across = tuple(axis for axis in range(kernel.ndim) if axis - kernel.ndim not in channel_axes)
    largest = np.abs(kernel).max(axis=across, keepdims=True)
    scale = np.maximum(largest / LARGEST_WEIGHT, SMALLEST_SCALE)
    rounded: NDArray[np.float32] = (np.rint(kernel / scale) * scale).astype(np.float32)
    return rounded


class FakeQuantConv2D(layers.Conv2D):  # type: ignore[misc]  # Keras publishes no types
    """A convolution with a fake-quantised kernel."""

    channel_axes = (-1,)

    @property
    def kernel(self) -> keras.KerasTensor:
        """The rounded kernel, float32[height, width, inputs, outputs]."""
        return _straight_through(super().kernel, self.channel_axes)


class FakeQuantDense(layers.Dense):  # type: ignore[misc]  # Keras publishes no types
    """A dense layer with a fake-quantised kernel."""

    channel_axes = (-1,)

    @property
    def kernel(self) -> keras.KerasTensor:
        """The rounded kernel, float32[inputs, outputs]."""
        return _straight_through(super().kernel, self.channel_axes)


class FakeQuantDepthwiseConv2D(layers.DepthwiseConv2D):  # type: ignore[misc]  # as above
    """A depthwise convolution with a fake-quantised kernel."""

    channel_axes = (-2, -1)

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Convolves the input by the rounded kernel."""
        outputs = ops.depthwise_conv(
            inputs,
            _straight_through(self.kernel, self.channel_axes),
            strides=self.strides,
            padding=self.padding,
            dilation_rate=self.dilation_rate,
            data_format=self.data_format,
        )
        if self.use_bias:
            outputs = ops.add(outputs, self.bias)
        return self.activation(outputs)


class FakeQuantActivation(layers.Layer):  # type: ignore[misc]  # Keras publishes no types
    """Fake-quantised activations, on the grid of their range in calibration.

    Args:
        low: The lowest value in calibration; the grid includes 0 in any case.
        high: The highest value in calibration.
    """

    def __init__(self, low: float, high: float) -> None:
        super().__init__()
        low, high = min(low, 0.0), max(high, 0.0)
        self._scale = max((high - low) / (HIGHEST - LOWEST), SMALLEST_SCALE)
        self._zero_point = float(np.rint(LOWEST - low / self._scale))

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Clips the input to the range and rounds it to the grid."""
        ends = [(end - self._zero_point) * self._scale for end in (LOWEST, HIGHEST)]
        clipped = ops.clip(inputs, *ends)
        rounded = ops.round(clipped / self._scale) * self._scale
        return clipped + ops.stop_gradient(rounded - clipped)


def _straight_through(
    kernel: keras.KerasTensor, channel_axes: tuple[int, ...]
) -> keras.KerasTensor:
    """Returns the kernel rounded as by `round_to_grid`, with the gradient of the kernel itself."""
    rank = len(kernel.shape)
    across = [axis for axis in range(rank) if axis - rank not in channel_axes]
    largest = ops.max(ops.abs(kernel), axis=across, keepdims=True)
    scale = ops.maximum(ops.stop_gradient(largest) / LARGEST_WEIGHT, SMALLEST_SCALE)
    return kernel + ops.stop_gradient(ops.round(kernel / scale) * scale - kernel)
