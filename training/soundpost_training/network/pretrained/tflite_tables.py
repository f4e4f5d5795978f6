"""Access to the tables of a TFLite file, which is a flatbuffer, without a TFLite runtime.

The numbers below are field numbers of the published schema
(tensorflow/compiler/mlir/lite/schema/schema.fbs).
"""

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
from flatbuffers import number_types as kinds
from flatbuffers.table import Table
from numpy.typing import NDArray

IDENTIFIER = b"TFL3"
DAMAGED = (struct.error, TypeError, ValueError, IndexError, OverflowError)
"""Errors of reading a flatbuffer whose offsets lead nowhere."""

MODEL_OPERATOR_CODES, MODEL_SUBGRAPHS, MODEL_BUFFERS, MODEL_SIGNATURES = 1, 2, 4, 7
GRAPH_TENSORS, GRAPH_INPUTS, GRAPH_OUTPUTS, GRAPH_OPERATORS = range(4)
TENSOR_SHAPE, TENSOR_TYPE, TENSOR_BUFFER, TENSOR_NAME, TENSOR_QUANTIZATION = range(5)
QUANTIZATION_SCALE, QUANTIZATION_ZERO_POINT, QUANTIZATION_AXIS = 2, 3, 6
BUFFER_DATA = 0
SIGNATURE_KEY = 2


class FlatTable:
    """A table of a flatbuffer; a field that is absent has its default.

    Args:
        table: As the library reads it.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    @classmethod
    def root(cls, content: bytes) -> "FlatTable":
        """Returns the first table of a file."""
        return cls(Table(content, struct.unpack_from("<I", content)[0]))

    def number(self, field: int, kind: Any, default: int = 0) -> int:  # noqa: ANN401 - untyped library
        """Returns a scalar field, such as of kind `number_types.Int32Flags`."""
        value: int = self._table.GetSlot(_slot(field), default, kind)
        return value

    def numbers(self, field: int, kind: Any) -> NDArray[Any]:  # noqa: ANN401 - untyped library
        """Returns a vector of scalars; empty if it is absent."""
        offset = self._table.Offset(_slot(field))
        if not offset:
            return np.empty(0, np.int64)
        numbers: NDArray[Any] = self._table.GetVectorAsNumpy(kind, offset)
        return numbers

    def text(self, field: int) -> str:
        """Returns a string; empty if it is absent."""
        offset = self._table.Offset(_slot(field))
        return self._table.String(offset + self._table.Pos).decode() if offset else ""

    def child(self, field: int) -> "FlatTable | None":
        """Returns the table that a field refers to, or None."""
        offset = self._table.Offset(_slot(field))
        if not offset:
            return None
        at = self._table.Indirect(self._table.Pos + offset)
        return FlatTable(Table(self._table.Bytes, at))

    def children(self, field: int) -> "Sequence[FlatTable]":
        """Returns the tables of a vector."""
        offset = self._table.Offset(_slot(field))
        if not offset:
            return []
        start = self._table.Vector(offset)
        at = (start + 4 * index for index in range(self._table.VectorLen(offset)))
        return [FlatTable(Table(self._table.Bytes, self._table.Indirect(place))) for place in at]


def tensor_values(
    tensor: FlatTable, buffers: Sequence[FlatTable], dtypes: dict[int, type[np.generic]]
) -> NDArray[Any] | None:
    """Returns the constant of a tensor, as it is stored; None if it is computed at run time.

    Args:
        tensor: Of a graph.
        buffers: Of the model.
        dtypes: The element types to read, by their number in the schema; others give None.
    """
    dtype = dtypes.get(tensor.number(TENSOR_TYPE, kinds.Int8Flags))
    raw = buffers[tensor.number(TENSOR_BUFFER, kinds.Uint32Flags)].numbers(
        BUFFER_DATA, kinds.Uint8Flags
    )
    if dtype is None or not len(raw):
        return None
    return raw.view(dtype).reshape(tensor.numbers(TENSOR_SHAPE, kinds.Int32Flags))


def dequantised(values: NDArray[Any], tensor: FlatTable) -> NDArray[np.float32]:
    """Returns constants as real numbers, by the scale of the tensor or of each of its channels."""
    quantization = tensor.child(TENSOR_QUANTIZATION)
    if quantization is None or values.dtype == np.float32:
        return values.astype(np.float32)
    scales = quantization.numbers(QUANTIZATION_SCALE, kinds.Float32Flags)
    if not len(scales):
        return values.astype(np.float32)
    zeros = quantization.numbers(QUANTIZATION_ZERO_POINT, kinds.Int64Flags)
    shape = [1] * values.ndim
    if len(scales) > 1:
        shape[quantization.number(QUANTIZATION_AXIS, kinds.Int32Flags)] = len(scales)
    shifted = values.astype(np.float32)
    if zeros.any():  # of weights and biases it is 0
        shifted = shifted - zeros.astype(np.float32).reshape(shape)
    real: NDArray[np.float32] = (shifted * scales.reshape(shape)).astype(np.float32)
    return real


def _slot(field: int) -> int:
    """Returns the offset of a field in the directory (vtable) of a table."""
    return 4 + 2 * field
