"""The manifest's record of a tensor that a runtime reports."""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from soundpost.classify.quantization import dequantize, quantize
from soundpost.classify.runtime import TensorInfo
from soundpost.errors import BundleImportError
from soundpost.manifest import Tensor


def manifest_tensor(reported: TensorInfo, shape: Sequence[int], side: str) -> Tensor:
    """Returns the record of a tensor.

    Args:
        reported: The tensor, as the runtime reports it.
        shape: Its shape, with the sizes that the file leaves open.
        side: Input or output, for the error.

    Raises:
        BundleImportError: Its type is neither float32 nor int8 with a scale.
    """
    fields = {
        "shape": list(shape),
        "dtype": reported.dtype,
        "scale": float(reported.scale),
        "zero_point": reported.zero_point,
    }
    try:
        return msgspec.convert(fields, Tensor)
    except msgspec.ValidationError as error:
        raise BundleImportError(
            f"expected an {side} of float32, or of int8 with a scale, got {reported.dtype} "
            f"{list(shape)}: {error}",
            hint="export the model with float32 tensors at its input and its outputs",
        ) from error


def encoded(values: NDArray[np.float32], tensor: Tensor) -> NDArray[Any]:
    """Returns real values as the model takes them, in the tensor's shape and type."""
    shaped = values.reshape(tensor.shape)
    if tensor.dtype == "int8":
        return quantize(shaped, tensor.scale, tensor.zero_point)
    return shaped


def real_values(values: NDArray[Any], tensor: Tensor) -> NDArray[np.float64]:
    """Returns the real values of an output, in one dimension."""
    if tensor.dtype == "int8":
        values = dequantize(values, tensor.scale, tensor.zero_point)
    return values.astype(np.float64).reshape(-1)
