"""Builds a part of a network: a graph of its own on the same weights."""

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from soundpost_training.network.streaming.body import TIME, Rows
from soundpost_training.network.streaming.schema import Model, schema

Shape = Sequence[int]
Table = Any
"""An object of the schema; TensorFlow publishes no types."""


class PartBuilder:
    """Builds a graph beside the whole network of a model, whose first graph that is.

    Tensors of the whole network are given by their numbers there, those of the part by their
    numbers in the part.

    Args:
        model: The model; the graph and its signature are added to it.
        name: Of the signature.
    """

    def __init__(self, model: Model, name: str) -> None:
        self._model, self._name = model, name
        self._schema = schema()
        self._whole = model.subgraphs[0]
        self._graph = self._schema.SubGraphT()
        self._graph.name, self._graph.tensors, self._graph.operators = name, [], []
        self._constants: dict[int, int] = {}
        self._inputs: dict[str, int] = {}
        self._outputs: dict[str, int] = {}

    def shape(self, tensor: int) -> list[int]:
        """Returns the shape of a tensor of the part."""
        return [int(size) for size in self._graph.tensors[tensor].shape]

    def add_input(self, name: str, like: int, shape: Shape) -> int:
        """Adds an input of the part."""
        self._inputs[name] = self.add_activation(like, shape)
        return self._inputs[name]

    def add_output(self, name: str, tensor: int) -> None:
        """Makes a tensor an output of the part."""
        self._outputs[name] = tensor

    def add_activation(self, like: int, shape: Shape) -> int:
        """Adds a tensor with the type and the scale of one of the whole network."""
        tensor = self._schema.TensorT()
        model = self._whole.tensors[like]
        tensor.type, tensor.quantization, tensor.hasRank = model.type, model.quantization, True
        tensor.shape = _numbers(shape)
        return self._append(tensor)

    def constant(self, tensor: int) -> int:
        """Returns a constant of the whole network; an input that is left out stays so."""
        if tensor < 0:
            return tensor
        if tensor not in self._constants:
            self._constants[tensor] = self._append(self._whole.tensors[tensor])
        return self._constants[tensor]

    def add_weights(self, like: int, values: NDArray[np.int8]) -> int:
        """Adds weights with the scales of other ones."""
        tensor = copy.copy(self._whole.tensors[like])
        del tensor.Pack  # that of the other ones
        tensor.shape, tensor.name = _numbers(values.shape), None
        tensor.buffer = self._add_buffer(values)
        return self._append(tensor)

    def add_numbers(self, values: Shape) -> int:
        """Adds a constant of int32."""
        tensor = self._schema.TensorT()
        tensor.type, tensor.hasRank = self._schema.TensorType.INT32, True
        tensor.shape = _numbers([len(values)])
        tensor.buffer = self._add_buffer(_numbers(values))
        return self._append(tensor)

    def add_operator(
        self, name: str, inputs: Shape, output: int, options: Table = None, version: int = 1
    ) -> int:
        """Adds an operator by its name in the schema, and returns its output."""
        builtin = getattr(self._schema.BuiltinOperator, name)
        operator = self._schema.OperatorT()
        operator.opcodeIndex = self._code(builtin, version)
        operator.inputs, operator.outputs = _numbers(inputs), _numbers([output])
        if options is not None:
            kind = type(options).__name__.removesuffix("T")
            operator.builtinOptions = options
            operator.builtinOptionsType = getattr(self._schema.BuiltinOptions, kind)
        self._graph.operators.append(operator)
        return output

    def copy_operator(self, number: int, inputs: Shape, output: int, **changed: int) -> int:
        """Adds an operator of the whole network on other inputs, and returns its output.

        Args:
            number: Of the operator in the whole network.
            inputs: Of the part.
            output: Of the part.
            changed: Options that differ.
        """
        operator = copy.copy(self._whole.operators[number])
        operator.builtinOptions = copy.copy(operator.builtinOptions)
        for option, value in changed.items():
            setattr(operator.builtinOptions, option, value)
        operator.inputs, operator.outputs = _numbers(inputs), _numbers([output])
        self._graph.operators.append(operator)
        return output

    def join(self, before: int, after: int, like: int) -> int:
        """Returns the rows of two tensors, one after the other."""
        shape = self.shape(after)
        shape[TIME] += self.shape(before)[TIME]
        options = self._schema.ConcatenationOptionsT()
        options.axis = TIME
        output = self.add_activation(like, shape)
        return self.add_operator("CONCATENATION", [before, after], output, options, version=2)

    def cut(self, tensor: int, rows: Rows, like: int, bands: Rows | None = None) -> int:
        """Returns some rows and bands of a tensor, or the tensor itself if these are all."""
        first, end = [0] * 4, self.shape(tensor)
        first[TIME], end[TIME] = rows
        if bands is not None:
            first[TIME + 1], end[TIME + 1] = bands
        shape = [last - begin for begin, last in zip(first, end, strict=True)]
        if shape == self.shape(tensor):
            return tensor
        output = self.add_activation(like, shape)
        bounds = [self.add_numbers(values) for values in (first, end, [1] * 4)]
        options = self._schema.StridedSliceOptionsT()
        return self.add_operator("STRIDED_SLICE", [tensor, *bounds], output, options, version=2)

    def finish(self) -> None:
        """Adds the graph and its signature to the model."""
        self._graph.inputs = _numbers(list(self._inputs.values()))
        self._graph.outputs = _numbers(list(self._outputs.values()))
        signature = self._schema.SignatureDefT()
        signature.signatureKey, signature.subgraphIndex = self._name, len(self._model.subgraphs)
        signature.inputs, signature.outputs = map(self._named, (self._inputs, self._outputs))
        self._model.subgraphs.append(self._graph)
        self._model.signatureDefs = [*(self._model.signatureDefs or []), signature]

    def _append(self, tensor: Table) -> int:
        self._graph.tensors.append(tensor)
        return len(self._graph.tensors) - 1

    def _add_buffer(self, values: NDArray[Any]) -> int:
        buffer = self._schema.BufferT()
        buffer.data = np.ascontiguousarray(values).view(np.uint8).ravel()
        self._model.buffers.append(buffer)
        return len(self._model.buffers) - 1

    def _code(self, builtin: int, version: int) -> int:
        """Returns the place of an operator in the model's list of operators."""
        codes = self._model.operatorCodes
        for place, code in enumerate(codes):
            if code.builtinCode == builtin and code.version >= version:
                return place
        code = self._schema.OperatorCodeT()
        code.builtinCode = code.deprecatedBuiltinCode = builtin
        code.version = version
        codes.append(code)
        return len(codes) - 1

    def _named(self, tensors: dict[str, int]) -> list[Table]:
        maps = []
        for name, tensor in tensors.items():
            named = self._schema.TensorMapT()
            named.name, named.tensorIndex = name, tensor
            maps.append(named)
        return maps


def _numbers(values: Shape) -> NDArray[np.int32]:
    """Returns numbers as a file of TFLite stores them."""
    return np.array(values, np.int32)
