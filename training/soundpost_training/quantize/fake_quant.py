"""Layers that already train on what int8 leaves of weights and activations.

Values are rounded to the grid of int8 on the way forward, and gradients pass as if they were not
(the straight-through estimator; Jacob et al., "Quantization and Training of Neural Networks for
Efficient Integer-Arithmetic-Only Inference", CVPR 2018). Weights have a symmetric grid for each
output channel, activations one grid with a zero point, as TFLite has them. A normalisation that
follows a convolution scales whole channels, and so grids with them: it need not be folded first.
"""

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray

LARGEST_WEIGHT = 127
LOWEST, HIGHEST = -128, 127
SMALLEST_SCALE = 1e-12
"""Of a channel or a tensor that is 0 throughout."""


def weights_on_grid(
    kernel: NDArray[np.float32], channel_axes: tuple[int, ...]
) -> NDArray[np.float32]:
    """The kernel as int8 has it, of the same shape.

    Args:
        kernel: The weights of a layer.
        channel_axes: The axes that count output channels, negative.
    """
    across = tuple(axis for axis in range(kernel.ndim) if axis - kernel.ndim not in channel_axes)
    largest = np.abs(kernel).max(axis=across, keepdims=True)
    scale = np.maximum(largest / LARGEST_WEIGHT, SMALLEST_SCALE)
    rounded: NDArray[np.float32] = (np.rint(kernel / scale) * scale).astype(np.float32)
    return rounded


class GridConv2D(layers.Conv2D):  # type: ignore[misc]  # Keras publishes no types
    """A convolution whose kernel is on the grid."""

    channel_axes = (-1,)

    @property
    def kernel(self) -> keras.KerasTensor:
        """The kernel, float32[height, width, inputs, outputs]."""
        return _straight_through(super().kernel, self.channel_axes)


class GridDense(layers.Dense):  # type: ignore[misc]  # Keras publishes no types
    """A dense layer whose kernel is on the grid."""

    channel_axes = (-1,)

    @property
    def kernel(self) -> keras.KerasTensor:
        """The kernel, float32[inputs, outputs]."""
        return _straight_through(super().kernel, self.channel_axes)


class GridDepthwiseConv2D(layers.DepthwiseConv2D):  # type: ignore[misc]  # as above
    """A depthwise convolution whose kernel is on the grid."""

    channel_axes = (-2, -1)

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """The convolved input."""
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


class GridActivation(layers.Layer):  # type: ignore[misc]  # Keras publishes no types
    """Activations on the grid of what calibration has seen of them.

    Args:
        low: The lowest value seen; the grid holds 0 in any case.
        high: The highest.
    """

    def __init__(self, low: float, high: float) -> None:
        super().__init__()
        low, high = min(low, 0.0), max(high, 0.0)
        self._scale = max((high - low) / (HIGHEST - LOWEST), SMALLEST_SCALE)
        self._zero_point = float(np.rint(LOWEST - low / self._scale))

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """What int8 leaves of the input."""
        ends = [(end - self._zero_point) * self._scale for end in (LOWEST, HIGHEST)]
        held = ops.clip(inputs, *ends)
        rounded = ops.round(held / self._scale) * self._scale
        return held + ops.stop_gradient(rounded - held)


def _straight_through(
    kernel: keras.KerasTensor, channel_axes: tuple[int, ...]
) -> keras.KerasTensor:
    rank = len(kernel.shape)
    across = [axis for axis in range(rank) if axis - rank not in channel_axes]
    largest = ops.max(ops.abs(kernel), axis=across, keepdims=True)
    scale = ops.maximum(ops.stop_gradient(largest) / LARGEST_WEIGHT, SMALLEST_SCALE)
    return kernel + ops.stop_gradient(ops.round(kernel / scale) * scale - kernel)
