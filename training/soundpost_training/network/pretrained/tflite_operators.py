"""The operators of a TFLite graph: those that networks of sound have, and their options.

Numbers are those of the published schema (tensorflow/compiler/mlir/lite/schema/schema.fbs).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flatbuffers import number_types as kinds
from numpy.typing import NDArray

NAMES = {
    0: "ADD",
    1: "AVERAGE_POOL_2D",
    2: "CONCATENATION",
    3: "CONV_2D",
    4: "DEPTHWISE_CONV_2D",
    6: "DEQUANTIZE",
    9: "FULLY_CONNECTED",
    14: "LOGISTIC",
    17: "MAX_POOL_2D",
    18: "MUL",
    19: "RELU",
    21: "RELU6",
    22: "RESHAPE",
    25: "SOFTMAX",
    34: "PAD",
    40: "MEAN",
    41: "SUB",
    45: "STRIDED_SLICE",
    60: "PADV2",
    65: "SLICE",
    73: "LOG",
    82: "REDUCE_MAX",
    114: "QUANTIZE",
}

POOLING = (
    ("padding", kinds.Int8Flags, 0),
    ("stride_w", kinds.Int32Flags, 0),
    ("stride_h", kinds.Int32Flags, 0),
    ("pool_w", kinds.Int32Flags, 0),
    ("pool_h", kinds.Int32Flags, 0),
    ("activation", kinds.Int8Flags, 0),
)

OPTIONS: Mapping[str, tuple[tuple[str, Any, int], ...]] = {
    "CONV_2D": (
        ("padding", kinds.Int8Flags, 0),
        ("stride_w", kinds.Int32Flags, 0),
        ("stride_h", kinds.Int32Flags, 0),
        ("activation", kinds.Int8Flags, 0),
        ("dilation_w", kinds.Int32Flags, 1),
        ("dilation_h", kinds.Int32Flags, 1),
    ),
    "DEPTHWISE_CONV_2D": (
        ("padding", kinds.Int8Flags, 0),
        ("stride_w", kinds.Int32Flags, 0),
        ("stride_h", kinds.Int32Flags, 0),
        ("multiplier", kinds.Int32Flags, 0),
        ("activation", kinds.Int8Flags, 0),
        ("dilation_w", kinds.Int32Flags, 1),
        ("dilation_h", kinds.Int32Flags, 1),
    ),
    "AVERAGE_POOL_2D": POOLING,
    "MAX_POOL_2D": POOLING,
    "FULLY_CONNECTED": (("activation", kinds.Int8Flags, 0),),
    "ADD": (("activation", kinds.Int8Flags, 0),),
    "SUB": (("activation", kinds.Int8Flags, 0),),
    "MUL": (("activation", kinds.Int8Flags, 0),),
    "CONCATENATION": (("axis", kinds.Int32Flags, 0), ("activation", kinds.Int8Flags, 0)),
    "MEAN": (("keep_dims", kinds.BoolFlags, 0),),
    "REDUCE_MAX": (("keep_dims", kinds.BoolFlags, 0),),
    "STRIDED_SLICE": (
        ("begin_mask", kinds.Int32Flags, 0),
        ("end_mask", kinds.Int32Flags, 0),
        ("ellipsis_mask", kinds.Int32Flags, 0),
        ("new_axis_mask", kinds.Int32Flags, 0),
        ("shrink_axis_mask", kinds.Int32Flags, 0),
    ),
}
"""The options of an operator in the order of their fields: name, kind, default."""


@dataclass(frozen=True, slots=True)
class Operator:
    """A step of the computation.

    Attributes:
        name: Of the operator, as the schema spells it; its number where it is not in `NAMES`.
        inputs: Tensors by number; -1 is an input that is left out.
        outputs: Tensors by number.
        options: Numbers by name, see `OPTIONS`.
    """

    name: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Graph:
    """The computation of a TFLite file.

    Attributes:
        operators: In the order of the file, in which each follows those that it needs.
        constants: Weights and biases as real numbers, shapes as integers, by tensor.
        shapes: Of all tensors, by tensor.
        entry: The tensor of the input.
        result: The tensor of the output.
    """

    operators: tuple[Operator, ...]
    constants: Mapping[int, NDArray[Any]]
    shapes: Sequence[tuple[int, ...]]
    entry: int
    result: int
