"""Reads the constants of a TFLite file without a TFLite runtime.

A TFLite file is a flatbuffer. The numbers below are field numbers of its published schema
(tensorflow/compiler/mlir/lite/schema/schema.fbs).
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from flatbuffers import number_types as kinds
from flatbuffers.table import Table
from numpy.typing import NDArray

from soundpost_training.errors import TrainingError

Real = NDArray[np.float32]

IDENTIFIER = b"TFL3"
DTYPES = {0: np.float32, 9: np.int8}
"""Element types of weights by TensorType. Other types, such as int32 shapes, are skipped."""

MODEL_SUBGRAPHS, MODEL_BUFFERS = 2, 4
GRAPH_TENSORS = 0
TENSOR_SHAPE, TENSOR_TYPE, TENSOR_BUFFER, TENSOR_NAME, TENSOR_QUANTIZATION = range(5)
QUANTIZATION_SCALE, QUANTIZATION_AXIS = 2, 6
BUFFER_DATA = 0


@dataclass(frozen=True, slots=True)
class Constant:
    """A named weight, dequantised.

    Attributes:
        name: As the converter wrote it.
        values: float32, axes in the order of the file.
    """

    name: str
    values: Real


def tflite_constants(path: Path) -> list[Constant]:
    """Returns the weights of a TFLite file, stored as float32 or int8, in the order of the file.

    Raises:
        TrainingError: The file cannot be read or is not TFLite.
    """
    hint = "name a .tflite file, such as yamnet_weights.tflite"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise TrainingError(f"{path} cannot be read: {error.strerror}", hint=hint) from error
    if content[4:8] != IDENTIFIER:
        raise TrainingError(f"{path} cannot be read as TFLite", hint=hint)
    try:
        return list(_constants(content))
    except (struct.error, TypeError, ValueError, IndexError) as error:
        raise TrainingError(f"{path} is damaged: {error}", hint="copy it again") from error


def _constants(content: bytes) -> Iterator[Constant]:
    model = Table(content, struct.unpack_from("<I", content)[0])
    buffers = _tables(model, MODEL_BUFFERS)
    graph = next(_tables_of(model, MODEL_SUBGRAPHS))
    for tensor in _tables_of(graph, GRAPH_TENSORS):
        dtype = DTYPES.get(tensor.GetSlot(_vtable_offset(TENSOR_TYPE), 0, kinds.Int8Flags))
        buffer = buffers(tensor.GetSlot(_vtable_offset(TENSOR_BUFFER), 0, kinds.Uint32Flags))
        data = buffer.Offset(_vtable_offset(BUFFER_DATA))
        if dtype is None or not data:
            continue  # not a weight: computed at run time
        raw = buffer.GetVectorAsNumpy(kinds.Uint8Flags, data)
        shape = tensor.GetVectorAsNumpy(
            kinds.Int32Flags, tensor.Offset(_vtable_offset(TENSOR_SHAPE))
        )
        name = tensor.String(tensor.Offset(_vtable_offset(TENSOR_NAME)) + tensor.Pos).decode()
        yield Constant(name, _real(raw.view(dtype).reshape(shape), tensor))


def _real(values: NDArray[np.generic], tensor: Table) -> Real:
    offset = tensor.Offset(_vtable_offset(TENSOR_QUANTIZATION))
    if values.dtype == np.float32 or not offset:
        return values.astype(np.float32)
    quantization = Table(tensor.Bytes, tensor.Indirect(tensor.Pos + offset))
    scales = quantization.GetVectorAsNumpy(
        kinds.Float32Flags, quantization.Offset(_vtable_offset(QUANTIZATION_SCALE))
    )
    shape = [1] * values.ndim
    shape[quantization.GetSlot(_vtable_offset(QUANTIZATION_AXIS), 0, kinds.Int32Flags)] = len(
        scales
    )
    # TFLite's int8 weights are symmetric: their zero point is 0.
    real: Real = (values.astype(np.float32) * scales.reshape(shape)).astype(np.float32)
    return real


def _tables_of(table: Table, field: int) -> Iterator[Table]:
    offset = table.Offset(_vtable_offset(field))
    table_at = _tables(table, field)
    return (table_at(index) for index in range(table.VectorLen(offset) if offset else 0))


def _tables(table: Table, field: int) -> Callable[[int], Table]:
    """Returns a function from an index to that table of a vector."""
    start = table.Vector(table.Offset(_vtable_offset(field)))
    return lambda index: Table(table.Bytes, table.Indirect(start + 4 * index))


def _vtable_offset(field: int) -> int:
    """Returns the offset of a field in the directory (vtable) of a table."""
    return 4 + 2 * field
