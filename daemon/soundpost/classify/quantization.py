"""Between real values and the int8 values that a quantised model computes with."""

import numpy as np
from numpy.typing import NDArray

INT8_MIN, INT8_MAX = -128, 127


def quantize(values: NDArray[np.float32], scale: float, zero_point: int) -> NDArray[np.int8]:
    """The int8 values nearest to real values; what lies outside the range saturates.

    Affine quantisation of Jacob et al., "Quantization and Training of Neural Networks for
    Efficient Integer-Arithmetic-Only Inference", CVPR 2018, eq. 1. A value half-way between two
    steps goes to the even one (IEEE 754), so that rounding does not lean to one side.

    Args:
        values: float32 of any shape. Infinities saturate.
        scale: Step between quantised values, above 0.
        zero_point: The quantised value of 0.

    Raises:
        ValueError: A value is NaN; no int8 stands for it.
    """
    if np.isnan(values).any():
        raise ValueError("NaN cannot be quantised")
    with np.errstate(over="ignore"):  # what overflows to infinity saturates below
        steps = values / np.float32(scale)
    np.rint(steps, out=steps)
    steps += np.float32(zero_point)
    np.maximum(steps, INT8_MIN, out=steps)
    np.minimum(steps, INT8_MAX, out=steps)
    return steps.astype(np.int8)


def dequantize(values: NDArray[np.int8], scale: float, zero_point: int) -> NDArray[np.float32]:
    """The real values that int8 values stand for: scale * (value - zero_point).

    Args:
        values: int8 of any shape.
        scale: Step between quantised values.
        zero_point: The quantised value of 0.
    """
    return (values.astype(np.float32) - np.float32(zero_point)) * np.float32(scale)
