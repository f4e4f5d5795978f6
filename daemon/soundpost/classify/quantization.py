"""Conversion between real values and the int8 values of a quantised model."""

import numpy as np
from numpy.typing import NDArray

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
    if np.isnan(values).any():
        raise ValueError("NaN cannot be quantised")
    with np.errstate(over="ignore"):  # infinities saturate below
        steps = values / np.float32(scale)
    np.rint(steps, out=steps)
    steps += np.float32(zero_point)
    np.maximum(steps, INT8_MIN, out=steps)
    np.minimum(steps, INT8_MAX, out=steps)
    return steps.astype(np.int8)


def dequantize(values: NDArray[np.int8], scale: float, zero_point: int) -> NDArray[np.float32]:
    """Returns the real values of int8 values: scale * (value - zero_point).

    Args:
        values: int8 of any shape.
        scale: Step between quantised values.
        zero_point: The quantised value of 0.
    """
    return (values.astype(np.float32) - np.float32(zero_point)) * np.float32(scale)
