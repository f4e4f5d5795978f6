"""Reads the operators of a TFLite file: what is computed from what, by which constants."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from flatbuffers import number_types as kinds
from numpy.typing import NDArray

from soundpost_training.errors import TrainingError
from soundpost_training.network.pretrained.tflite_operators import NAMES, OPTIONS, Graph, Operator
from soundpost_training.network.pretrained.tflite_tables import (
    DAMAGED,
    GRAPH_INPUTS,
    GRAPH_OPERATORS,
    GRAPH_OUTPUTS,
    GRAPH_TENSORS,
    IDENTIFIER,
    MODEL_BUFFERS,
    MODEL_OPERATOR_CODES,
    MODEL_SUBGRAPHS,
    TENSOR_SHAPE,
    FlatTable,
    dequantised,
    tensor_values,
)

DTYPES: dict[int, type[np.generic]] = {0: np.float32, 2: np.int32, 9: np.int8}
"""Element types of constants: weights, biases and shapes, weights of int8."""

OPERATOR_INDEX, OPERATOR_INPUTS, OPERATOR_OUTPUTS, _, OPERATOR_OPTIONS = range(5)
CODE_OLD, _, _, CODE_NEW = range(4)
"""An operator's number is the larger of two fields: numbers above 127 did not fit the old one."""


def read_graph(content: bytes, name: str) -> Graph:
    """Returns the computation of a TFLite file with one input and one output.

    Args:
        content: Of the file.
        name: Of the file, for errors.

    Raises:
        TrainingError: It is not TFLite, is damaged, or has several inputs or outputs.
    """
    hint = "give a bundle that `soundpost check` accepts"
    if content[4:8] != IDENTIFIER:
        raise TrainingError(f"{name} cannot be read as TFLite", hint=hint)
    try:
        graph = _graph(content)
    except DAMAGED as error:
        raise TrainingError(f"{name} is damaged: {error}", hint=hint) from error
    if graph is None:
        raise TrainingError(f"{name} has several inputs or outputs, expected one each", hint=hint)
    return graph


def _graph(content: bytes) -> Graph | None:
    model = FlatTable.root(content)
    graph = model.children(MODEL_SUBGRAPHS)[0]
    entries, results = (
        graph.numbers(field, kinds.Int32Flags).tolist() for field in (GRAPH_INPUTS, GRAPH_OUTPUTS)
    )
    if len(entries) != 1 or len(results) != 1:
        return None
    buffers = model.children(MODEL_BUFFERS)
    tensors = graph.children(GRAPH_TENSORS)
    constants = {}
    for number, tensor in enumerate(tensors):
        values = tensor_values(tensor, buffers, DTYPES)
        if values is not None:
            constants[number] = _constant(values, tensor)
    codes = [_code(code) for code in model.children(MODEL_OPERATOR_CODES)]
    return Graph(
        operators=tuple(_operator(each, codes) for each in graph.children(GRAPH_OPERATORS)),
        constants=constants,
        shapes=[
            tuple(tensor.numbers(TENSOR_SHAPE, kinds.Int32Flags).tolist()) for tensor in tensors
        ],
        entry=entries[0],
        result=results[0],
    )


def _constant(values: NDArray[Any], tensor: FlatTable) -> NDArray[Any]:
    """Returns a constant as a real number; int32 without a scale is a shape, and stays."""
    real = dequantised(values, tensor)
    is_shape = values.dtype == np.int32 and np.array_equal(real, values)
    return values if is_shape else real


def _code(code: FlatTable) -> int:
    return max(code.number(CODE_OLD, kinds.Int8Flags), code.number(CODE_NEW, kinds.Int32Flags))


def _operator(operator: FlatTable, codes: Sequence[int]) -> Operator:
    number = codes[operator.number(OPERATOR_INDEX, kinds.Uint32Flags)]
    name = NAMES.get(number, f"number {number}")
    settings = operator.child(OPERATOR_OPTIONS)
    known = OPTIONS.get(name, ())
    return Operator(
        name=name,
        inputs=tuple(operator.numbers(OPERATOR_INPUTS, kinds.Int32Flags).tolist()),
        outputs=tuple(operator.numbers(OPERATOR_OUTPUTS, kinds.Int32Flags).tolist()),
        options={
            option: default if settings is None else int(settings.number(field, kind, default))
            for field, (option, kind, default) in enumerate(known)
        },
    )
