"""Conversion between real values and the int8 values of a quantised model."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from soundpost.manifest import Tensor

INT8_MIN, INT8_MAX = -128, 127


def quantize(values: NDArray[np.float32], scale: float, zero_point: int) -> NDArray[np.int8]:
    """Rounds real values to the nearest int8 values; values out of range saturate.

    Affine quantisation of Jacob et al., "Quantization and Training of Neural Networks for
    Efficient Integer-Arithmetic-Only Inference", CVPR 2018, eq. 1. A value half-way between two
    steps goes to the even one (IEEE 754), so that rounding has no bias.

    Args:
        values: float32 of any shape. Infinities saturate.
        scale: Step between quantised values, above 0.
        zero_point: The quantised value of 0.

    Raises:
        ValueError: A value is NaN, which int8 cannot represent.
    """
    return Quantizer(scale, zero_point).quantize(values)


class Quantizer:
    """Quantises values again and again; see `quantize`.

    Args:
        scale: Step between quantised values, above 0.
        zero_point: The quantised value of 0.
    """

    def __init__(self, scale: float, zero_point: int) -> None:
        self._scale, self._zero_point = np.float32(scale), np.float32(zero_point)
        self._lowest = np.float32((INT8_MIN - zero_point) * scale)
        self._highest = np.float32((INT8_MAX - zero_point) * scale)

    def quantize(self, values: NDArray[np.float32]) -> NDArray[np.int8]:
        """Rounds real values to the nearest int8 values.

        Raises:
            ValueError: A value is NaN.
        """
        # Cut off before the division, so that nothing overflows in it.
        steps = np.maximum(values, self._lowest)
        np.minimum(steps, self._highest, out=steps)
        np.divide(steps, self._scale, out=steps)
        flat = steps.reshape(-1)
        if np.isnan(flat.dot(flat)):  # one NaN makes the sum NaN; a mask takes five times as long
            raise ValueError("NaN cannot be quantised")
        np.rint(steps, out=steps)
        np.add(steps, self._zero_point, out=steps)
        return steps.astype(np.int8)


def dequantize(values: NDArray[np.int8], scale: float, zero_point: int) -> NDArray[np.float32]:
    """Returns the real values of int8 values: scale * (value - zero_point).

    Args:
        values: int8 of any shape.
        scale: Step between quantised values.
        zero_point: The quantised value of 0.
    """
    return (values.astype(np.float32) - np.float32(zero_point)) * np.float32(scale)


def real_values(stored: NDArray[Any], tensor: Tensor) -> NDArray[np.float32]:
    """Returns the real values of a tensor of the manifest, whether it is quantised or not."""
    if tensor.dtype == "int8":
        return dequantize(stored, tensor.scale, tensor.zero_point)
    values: NDArray[np.float32] = stored
    return values
