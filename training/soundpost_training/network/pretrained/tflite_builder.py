"""Turns the operators of a TFLite graph into layers of Keras."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from soundpost_training.errors import TrainingError
from soundpost_training.network.arch.layer_names import LOGITS
from soundpost_training.network.pretrained.tflite_kernels import (
    convolution_layer,
    depthwise_layer,
    pooling_layer,
)
from soundpost_training.network.pretrained.tflite_operators import Graph, Operator
from soundpost_training.network.pretrained.tflite_shapes import (
    RANK_OF_MAPS,
    Plain,
    Tensor,
    padded,
    plain,
    reduced,
    slice_between,
    sliced,
)
from soundpost_training.network.pretrained.tflite_tensors import Tensors

Maker = Callable[[Operator, str], Tensor]
"""Makes the output of an operator under the name of its layer."""


class LayerBuilder:
    """Turns operators into layers, one after the other.

    Args:
        graph: The computation.
        name: Of the network, for errors.
    """

    def __init__(self, graph: Graph, name: str) -> None:
        self._graph, self._name = graph, name
        self.entry: Tensor = keras.Input(graph.shapes[graph.entry][1:], name="log_mel")
        self._tensors = Tensors(graph, self.entry)
        self.weights: list[tuple[keras.Layer, list[NDArray[np.float32]]]] = []
        self.sums: list[Tensor] = []
        self.pointwise: list[Tensor] = []
        self.convolutions: list[Tensor] = []
        self._makers: dict[str, Maker] = {
            "ADD": self._add,
            "CONCATENATION": self._concatenate,
            "CONV_2D": self._convolve,
            "DEPTHWISE_CONV_2D": self._convolve_depthwise,
            "FULLY_CONNECTED": self._dense,
            "LOG": self._log,
            "MUL": self._multiply,
            "RESHAPE": self._reshape,
            "SLICE": self._slice,
            "STRIDED_SLICE": self._strided_slice,
            "SUB": self._subtract,
            **dict.fromkeys(("AVERAGE_POOL_2D", "MAX_POOL_2D"), self._pool),
            **dict.fromkeys(("DEQUANTIZE", "QUANTIZE"), self._same),
            **dict.fromkeys(("MEAN", "REDUCE_MAX"), self._reduce),
            **dict.fromkeys(("PAD", "PADV2"), self._pad),
            **dict.fromkeys(("RELU", "RELU6"), self._rectify),
        }

    def build(self) -> Tensor:
        """Returns the logits.

        Raises:
            TrainingError: An operator is not known.
        """
        for number, operator in enumerate(self._graph.operators):
            maker = self._makers.get(operator.name)
            if maker is None:
                raise TrainingError(
                    f"{self._name} has the operator {operator.name}, which cannot be trained on",
                    hint=f"expected a network of {', '.join(sorted(self._makers))}",
                )
            name = f"{operator.name.lower()}_{number}"
            is_last = operator.outputs[0] == self._graph.result
            if is_last and operator.name == "FULLY_CONNECTED":
                name = LOGITS
            self._tensors.done[operator.outputs[0]] = maker(operator, name)
        return self._tensors.done[self._graph.result]

    def _weighted(self, layer: keras.Layer, operator: Operator, kernel: NDArray[Any]) -> Tensor:
        """Returns the output of a layer with a kernel; without a bias in the file it is 0."""
        output = layer(self._tensors.input(operator))
        bias = self._tensors.constant(operator, 2)
        width = output.shape[-1]
        self.weights.append(
            (layer, [kernel, np.zeros(width, np.float32) if bias is None else bias])
        )
        return self._tensors.activated(output, operator)

    def _rectify(self, operator: Operator, name: str) -> Tensor:
        most = 6.0 if operator.name == "RELU6" else None
        return layers.ReLU(most, name=name)(self._tensors.input(operator))

    def _convolve(self, operator: Operator, name: str) -> Tensor:
        layer, kernel = convolution_layer(
            operator.options, self._tensors.required(operator, 1), name
        )
        output = self._weighted(layer, operator, kernel)
        if operator.options["activation"]:
            self.convolutions.append(output)
            if layer.kernel_size == (1, 1):
                self.pointwise.append(output)
        return output

    def _convolve_depthwise(self, operator: Operator, name: str) -> Tensor:
        inputs = self._tensors.input(operator).shape[-1]
        raw = self._tensors.required(operator, 1)
        layer, kernel = depthwise_layer(operator.options, raw, inputs, name)
        return self._weighted(layer, operator, kernel)

    def _dense(self, operator: Operator, name: str) -> Tensor:
        kernel = self._tensors.required(operator, 1).T
        return self._weighted(layers.Dense(kernel.shape[1], name=name), operator, kernel)

    def _add(self, operator: Operator, name: str) -> Tensor:
        for place, other in ((1, 0), (0, 1)):
            constant = self._tensors.constant(operator, place)
            if constant is not None:
                return self._rescale(operator, other, 1.0, plain(constant), name)
        pair = [self._tensors.input(operator, 0), self._tensors.input(operator, 1)]
        output = self._tensors.activated(layers.Add(name=name)(pair), operator)
        if len(output.shape) == RANK_OF_MAPS and operator.options["activation"]:
            self.sums.append(output)
        return output

    def _subtract(self, operator: Operator, name: str) -> Tensor:
        return self._rescale(operator, 0, 1.0, plain(-self._tensors.required(operator, 1)), name)

    def _multiply(self, operator: Operator, name: str) -> Tensor:
        return self._rescale(operator, 0, plain(self._tensors.required(operator, 1)), 0.0, name)

    def _rescale(
        self, operator: Operator, place: int, factor: Plain, shift: Plain, name: str
    ) -> Tensor:
        """Returns an input times a constant, plus a constant."""
        scaled = layers.Rescaling(factor, shift, name=name)(self._tensors.input(operator, place))
        return self._tensors.activated(scaled, operator)

    def _pool(self, operator: Operator, name: str) -> Tensor:
        layer = pooling_layer(operator.name, operator.options, name)
        return self._tensors.activated(layer(self._tensors.input(operator)), operator)

    def _reduce(self, operator: Operator, name: str) -> Tensor:
        axes = self._tensors.required(operator, 1).ravel()
        keep_dims = bool(operator.options["keep_dims"])
        is_maximum = operator.name == "REDUCE_MAX"
        return reduced(
            self._tensors.input(operator), axes, name, keep_dims=keep_dims, maximum=is_maximum
        )

    def _concatenate(self, operator: Operator, name: str) -> Tensor:
        parts = [self._tensors.done[each] for each in operator.inputs]
        return layers.Concatenate(axis=operator.options["axis"], name=name)(parts)

    def _pad(self, operator: Operator, name: str) -> Tensor:
        return padded(self._tensors.input(operator), self._tensors.required(operator, 1), name)

    def _slice(self, operator: Operator, name: str) -> Tensor:
        begin, sizes = (self._tensors.required(operator, place).ravel() for place in (1, 2))
        return sliced(self._tensors.input(operator), begin, sizes, name)

    def _strided_slice(self, operator: Operator, name: str) -> Tensor:
        bounds = [self._tensors.required(operator, place).ravel() for place in (1, 2, 3)]
        return slice_between(self._tensors.input(operator), bounds, operator.options, name)

    def _log(self, operator: Operator, name: str) -> Tensor:
        del name  # an operation of Keras has none
        return keras.ops.log(self._tensors.input(operator))

    def _reshape(self, operator: Operator, name: str) -> Tensor:
        shape = self._graph.shapes[operator.outputs[0]][1:]
        return layers.Reshape(shape, name=name)(self._tensors.input(operator))

    def _same(self, operator: Operator, name: str) -> Tensor:
        del name  # rounding to another grid is no layer in float
        return self._tensors.input(operator)
