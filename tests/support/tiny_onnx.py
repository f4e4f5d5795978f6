"""Writes ONNX files without the `onnx` package: the few fields of its protobuf that tests need."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

IR_VERSION, OPSET = 8, 13
FLOAT = 1
"""TensorProto.DataType.FLOAT."""

Sizes = Sequence[int | str]
"""A shape; a size that the file leaves open is a name."""


class Node(NamedTuple):
    """An operator of a graph, with the names of its inputs and outputs."""

    operator: str
    inputs: Sequence[str]
    outputs: Sequence[str]


def onnx_file(
    nodes: Sequence[Node],
    weights: Mapping[str, NDArray[np.float32]],
    inputs: Mapping[str, Sizes],
    outputs: Mapping[str, Sizes],
) -> bytes:
    """Returns the bytes of a model (onnx.proto, ModelProto)."""
    graph = b"".join(
        [
            *(_field(1, _node(node)) for node in nodes),
            _field(2, b"tiny"),
            *(_field(5, _tensor(name, values)) for name, values in weights.items()),
            *(_field(11, _value_info(name, sizes)) for name, sizes in inputs.items()),
            *(_field(12, _value_info(name, sizes)) for name, sizes in outputs.items()),
        ]
    )
    return _number(1, IR_VERSION) + _field(7, graph) + _field(8, _number(2, OPSET))


def _node(node: Node) -> bytes:
    inputs = (_field(1, name.encode()) for name in node.inputs)
    outputs = (_field(2, name.encode()) for name in node.outputs)
    return b"".join([*inputs, *outputs, _field(4, node.operator.encode())])


def _tensor(name: str, values: NDArray[np.float32]) -> bytes:
    sizes = b"".join(_number(1, size) for size in values.shape)
    raw = values.astype("<f4").tobytes()
    return sizes + _number(2, FLOAT) + _field(8, name.encode()) + _field(9, raw)


def _value_info(name: str, sizes: Sizes) -> bytes:
    shape = b"".join(
        _field(1, _number(1, size) if isinstance(size, int) else _field(2, size.encode()))
        for size in sizes
    )
    tensor_type = _number(1, FLOAT) + _field(2, shape)
    return _field(1, name.encode()) + _field(2, _field(1, tensor_type))


def _field(number: int, content: bytes) -> bytes:
    """Returns a field of bytes, text or a message."""
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _number(number: int, value: int) -> bytes:
    """Returns a field of an integer."""
    return _varint(number << 3) + _varint(value)


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*encoded, value])
