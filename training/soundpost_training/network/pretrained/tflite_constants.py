"""The constants inside a TFLite file, read without any runtime.

A TFLite file is a flatbuffer; the numbers below are the fields' places in its published schema
(tensorflow/compiler/mlir/lite/schema/schema.fbs). So the weights can be had wherever numpy is.
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
"""By TensorType; what else there is, such as shapes in int32, is no weight."""

MODEL_SUBGRAPHS, MODEL_BUFFERS = 2, 4
GRAPH_TENSORS = 0
TENSOR_SHAPE, TENSOR_TYPE, TENSOR_BUFFER, TENSOR_NAME, TENSOR_QUANTIZATION = range(5)
QUANTIZATION_SCALE, QUANTIZATION_AXIS = 2, 6
BUFFER_DATA = 0


@dataclass(frozen=True, slots=True)
class Constant:
    """A named weight, dequantised.

    Attributes:
        name: As the converter left it.
        values: float32 in the file's order of axes.
    """

    name: str
    values: Real


def tflite_constants(path: Path) -> list[Constant]:
    """The weights of a TFLite file, float32 or int8 in it, in its order.

    Raises:
        TrainingError: The file cannot be read, or is no TFLite.
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
        dtype = DTYPES.get(tensor.GetSlot(_place(TENSOR_TYPE), 0, kinds.Int8Flags))
        buffer = buffers(tensor.GetSlot(_place(TENSOR_BUFFER), 0, kinds.Uint32Flags))
        data = buffer.Offset(_place(BUFFER_DATA))
        if dtype is None or not data:
            continue  # computed when the network runs
        raw = buffer.GetVectorAsNumpy(kinds.Uint8Flags, data)
        shape = tensor.GetVectorAsNumpy(kinds.Int32Flags, tensor.Offset(_place(TENSOR_SHAPE)))
        name = tensor.String(tensor.Offset(_place(TENSOR_NAME)) + tensor.Pos).decode()
        yield Constant(name, _real(raw.view(dtype).reshape(shape), tensor))


def _real(values: NDArray[np.generic], tensor: Table) -> Real:
    place = tensor.Offset(_place(TENSOR_QUANTIZATION))
    if values.dtype == np.float32 or not place:
        return values.astype(np.float32)
    quantization = Table(tensor.Bytes, tensor.Indirect(tensor.Pos + place))
    scales = quantization.GetVectorAsNumpy(
        kinds.Float32Flags, quantization.Offset(_place(QUANTIZATION_SCALE))
    )
    shape = [1] * values.ndim
    shape[quantization.GetSlot(_place(QUANTIZATION_AXIS), 0, kinds.Int32Flags)] = len(scales)
    # TFLite's int8 weights are symmetric: their zero point is 0.
    real: Real = (values.astype(np.float32) * scales.reshape(shape)).astype(np.float32)
    return real


def _tables_of(table: Table, field: int) -> Iterator[Table]:
    place = table.Offset(_place(field))
    nth = _tables(table, field)
    return (nth(index) for index in range(table.VectorLen(place) if place else 0))


def _tables(table: Table, field: int) -> Callable[[int], Table]:
    """Gives the tables of a vector by their numbers."""
    start = table.Vector(table.Offset(_place(field)))
    return lambda index: Table(table.Bytes, table.Indirect(start + 4 * index))


def _place(field: int) -> int:
    """Where a table's directory tells of a field."""
    return 4 + 2 * field
