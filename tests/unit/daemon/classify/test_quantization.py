"""Conversion between real values and int8."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from soundpost.classify.quantization import dequantize, quantize

SCALES = st.floats(2.0**-10, 2.0**3, width=32)
ZERO_POINTS = st.integers(-128, 127)


def floats(**limits: Any) -> st.SearchStrategy[NDArray[np.float32]]:  # noqa: ANN401 - as hypothesis
    """Returns a strategy for rows of float32."""
    return arrays(np.float32, st.integers(1, 40), elements=st.floats(width=32, **limits))


@given(st.data(), SCALES, ZERO_POINTS)
def test_inside_the_range_the_error_is_half_a_step(
    data: st.DataObject, scale: float, zero_point: int
) -> None:
    """Values in range come back within half a step, except for float32's own rounding."""
    lowest, highest = scale * (-128 - zero_point), scale * (127 - zero_point)
    shares = data.draw(arrays(np.float64, 20, elements=st.floats(0.0, 1.0)))
    values = (lowest + shares * (highest - lowest)).astype(np.float32)
    error = dequantize(quantize(values, scale, zero_point), scale, zero_point) - values
    assert np.abs(error).max() <= scale * (0.5 + 255 * 2.0**-23)


@given(floats(allow_nan=False), SCALES, ZERO_POINTS)
def test_outside_the_range_it_saturates(
    values: NDArray[np.float32], scale: float, zero_point: int
) -> None:
    """Too large becomes 127 and too small -128, infinities included; no value wraps."""
    quantized = quantize(values, scale, zero_point)
    assert (quantized[values > scale * (128 - zero_point)] == 127).all()
    assert (quantized[values < scale * (-129 - zero_point)] == -128).all()


@given(floats(allow_nan=False), SCALES, ZERO_POINTS)
def test_a_larger_value_never_quantises_lower(
    values: NDArray[np.float32], scale: float, zero_point: int
) -> None:
    """Quantisation keeps the order of values."""
    quantized = quantize(np.sort(values), scale, zero_point).astype(np.int32)
    assert (np.diff(quantized) >= 0).all()


@given(SCALES, ZERO_POINTS)
def test_every_int8_value_survives_a_round_trip(scale: float, zero_point: int) -> None:
    """Dequantising and quantising gives the same value, for all 256."""
    every = np.arange(-128, 128, dtype=np.int8)
    assert np.array_equal(quantize(dequantize(every, scale, zero_point), scale, zero_point), every)


@pytest.mark.parametrize(
    ("value", "expected"), [(0.5, 0), (1.5, 2), (2.5, 2), (-0.5, 0), (-1.5, -2), (0.51, 1)]
)
def test_half_way_goes_to_the_even_step(value: float, expected: int) -> None:
    """Rounding has no bias; a cast would truncate."""
    assert quantize(np.array([value], np.float32), 1.0, 0) == expected


def test_the_zero_point_is_added_after_rounding() -> None:
    """0.5 rounds to the even step 0 before an odd zero point shifts it."""
    assert quantize(np.array([0.5], np.float32), 1.0, 1) == 1


def test_nan_is_refused() -> None:
    """NaN, which int8 cannot represent, is an error."""
    with pytest.raises(ValueError, match="NaN"):
        quantize(np.array([0.0, np.nan], np.float32), 1.0, 0)


def test_an_overflow_in_the_division_saturates_without_a_warning() -> None:
    """A value beyond float32 after the division saturates; a warning would fail this test."""
    values = np.array([3e38, -3e38], np.float32)
    assert quantize(values, 1e-3, 0).tolist() == [127, -128]


def test_the_input_is_not_modified() -> None:
    """The array that was quantised keeps its values."""
    values = np.array([1.25, -7.5], np.float32)
    quantize(values, 0.1, 3)
    assert values.tolist() == [1.25, -7.5]
