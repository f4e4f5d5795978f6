"""Builds a float network from an int8 TFLite file: its weights dequantised, ready to train on."""

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from soundpost_training.errors import TrainingError
from soundpost_training.network.arch.layer_names import LOGITS
from soundpost_training.network.pretrained.tflite_graph import Graph, Operator
from soundpost_training.network.pretrained.tflite_kernels import (
    convolution_layer,
    depthwise_layer,
    pooling_layer,
)
from soundpost_training.network.pretrained.tflite_shapes import (
    RANK_OF_MAPS,
    Tensor,
    padded,
    plain,
    reduced,
    slice_between,
    sliced,
)

Maker = Callable[[Operator, str], Tensor]
"""Makes the output of an operator under the name of its layer."""

ACTIVATIONS = {0: None, 1: "relu", 3: "relu6"}
"""Fused activations by their number in the schema."""


class Dequantised(NamedTuple):
    """A float network and the places where its blocks end.

    Attributes:
        network: From log-mel float32[n, frames, bands, 1] to logits float32[n, labels].
        blocks: The activations float32[n, frames, bands, channels] at the end of each block.
    """

    network: keras.Model
    blocks: list[Tensor]


def dequantised_network(graph: Graph, name: str) -> Dequantised:
    """Returns the network of a graph; each kernel is a layer that can be trained.

    A block ends with the sum of its two branches; in a network without sums, with each pointwise
    convolution, and in one without these, with each convolution.

    Args:
        graph: Of a network on log-mel.
        name: Of the network, for errors.

    Raises:
        TrainingError: It has an operator that is not known, or does not take log-mel.
    """
    shape = graph.shapes[graph.entry]
    if len(shape) != RANK_OF_MAPS or shape[3] != 1:
        raise TrainingError(
            f"{name} takes {list(shape)}, expected log-mel [1, frames, mel_bands, 1]",
            hint="choose a bundle of a network on log-mel",
        )
    builder = _Builder(graph, name)
    try:
        logits = builder.build()
    except (KeyError, IndexError, ValueError, TypeError) as error:
        raise TrainingError(
            f"{name} cannot be read as a network: {error}",
            hint="give a bundle that `soundpost check` accepts",
        ) from error
    network = keras.Model(builder.entry, logits)
    for layer, weights in builder.weights:
        layer.set_weights(weights)
    return Dequantised(network, builder.sums or builder.pointwise or builder.convolutions)


class _Builder:
    """Turns operators into layers, one after the other.

    Args:
        graph: The computation.
        name: Of the network, for errors.
    """

    def __init__(self, graph: Graph, name: str) -> None:
        self._graph, self._name = graph, name
        self.entry: Tensor = keras.Input(graph.shapes[graph.entry][1:], name="log_mel")
        self._done: dict[int, Tensor] = {graph.entry: self.entry}
        self.weights: list[tuple[keras.Layer, list[NDArray[np.float32]]]] = []
        self.sums: list[Tensor] = []
        self.pointwise: list[Tensor] = []
        self.convolutions: list[Tensor] = []
        self._makers: dict[str, Maker] = {
            "ADD": self._add,
            "AVERAGE_POOL_2D": self._pool,
            "CONCATENATION": self._concatenate,
            "CONV_2D": self._convolve,
            "DEPTHWISE_CONV_2D": self._convolve_depthwise,
            "DEQUANTIZE": self._same,
            "FULLY_CONNECTED": self._dense,
            "LOG": self._log,
            "MAX_POOL_2D": self._pool,
            "MEAN": self._reduce,
            "MUL": self._multiply,
            "PAD": self._pad,
            "PADV2": self._pad,
            "QUANTIZE": self._same,
            "REDUCE_MAX": self._reduce,
            "RELU": lambda operator, name: layers.ReLU(name=name)(self._input(operator)),
            "RELU6": lambda operator, name: layers.ReLU(6.0, name=name)(self._input(operator)),
            "RESHAPE": self._reshape,
            "SLICE": self._slice,
            "STRIDED_SLICE": self._strided_slice,
            "SUB": self._subtract,
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
            self._done[operator.outputs[0]] = maker(operator, name)
        return self._done[self._graph.result]

    def _input(self, operator: Operator, place: int = 0) -> Tensor:
        return self._done[operator.inputs[place]]

    def _constant(self, operator: Operator, place: int) -> NDArray[Any] | None:
        if place >= len(operator.inputs):
            return None
        return self._graph.constants.get(operator.inputs[place])

    def _required(self, operator: Operator, place: int) -> NDArray[Any]:
        return self._graph.constants[operator.inputs[place]]

    def _weighted(self, layer: keras.Layer, operator: Operator, kernel: NDArray[Any]) -> Tensor:
        """Returns the output of a layer with a kernel; without a bias in the file it is 0."""
        output = layer(self._input(operator))
        bias = self._constant(operator, 2)
        width = output.shape[-1]
        self.weights.append(
            (layer, [kernel, np.zeros(width, np.float32) if bias is None else bias])
        )
        return self._activated(output, operator)

    def _activated(self, output: Tensor, operator: Operator) -> Tensor:
        kind = ACTIVATIONS[operator.options["activation"]]
        if kind is None:
            return output
        return layers.ReLU(6.0 if kind == "relu6" else None)(output)

    def _convolve(self, operator: Operator, name: str) -> Tensor:
        layer, kernel = convolution_layer(operator.options, self._required(operator, 1), name)
        output = self._weighted(layer, operator, kernel)
        self.convolutions.append(output)
        if layer.kernel_size == (1, 1):
            self.pointwise.append(output)
        return output

    def _convolve_depthwise(self, operator: Operator, name: str) -> Tensor:
        inputs = self._input(operator).shape[-1]
        raw = self._required(operator, 1)
        layer, kernel = depthwise_layer(operator.options, raw, inputs, name)
        return self._weighted(layer, operator, kernel)

    def _dense(self, operator: Operator, name: str) -> Tensor:
        kernel = self._required(operator, 1).T
        return self._weighted(layers.Dense(kernel.shape[1], name=name), operator, kernel)

    def _add(self, operator: Operator, name: str) -> Tensor:
        for place, other in ((1, 0), (0, 1)):
            constant = self._constant(operator, place)
            if constant is not None:
                shift = layers.Rescaling(1.0, plain(constant), name=name)
                return self._activated(shift(self._input(operator, other)), operator)
        pair = [self._input(operator, 0), self._input(operator, 1)]
        output = self._activated(layers.Add(name=name)(pair), operator)
        if len(output.shape) == RANK_OF_MAPS:
            self.sums.append(output)
        return output

    def _subtract(self, operator: Operator, name: str) -> Tensor:
        shift = layers.Rescaling(1.0, plain(-self._required(operator, 1)), name=name)
        return self._activated(shift(self._input(operator)), operator)

    def _multiply(self, operator: Operator, name: str) -> Tensor:
        factor = layers.Rescaling(plain(self._required(operator, 1)), name=name)
        return self._activated(factor(self._input(operator)), operator)

    def _pool(self, operator: Operator, name: str) -> Tensor:
        layer = pooling_layer(operator.name, operator.options, name)
        return self._activated(layer(self._input(operator)), operator)

    def _reduce(self, operator: Operator, name: str) -> Tensor:
        axes = self._required(operator, 1).ravel()
        keep_dims = bool(operator.options["keep_dims"])
        is_maximum = operator.name == "REDUCE_MAX"
        return reduced(self._input(operator), axes, name, keep_dims=keep_dims, maximum=is_maximum)

    def _concatenate(self, operator: Operator, name: str) -> Tensor:
        parts = [self._done[each] for each in operator.inputs]
        return layers.Concatenate(axis=operator.options["axis"], name=name)(parts)

    def _pad(self, operator: Operator, name: str) -> Tensor:
        return padded(self._input(operator), self._required(operator, 1), name)

    def _slice(self, operator: Operator, name: str) -> Tensor:
        begin, sizes = (self._required(operator, place).ravel() for place in (1, 2))
        return sliced(self._input(operator), begin, sizes, name)

    def _strided_slice(self, operator: Operator, name: str) -> Tensor:
        bounds = [self._required(operator, place).ravel() for place in (1, 2, 3)]
        return slice_between(self._input(operator), bounds, operator.options, name)

    def _log(self, operator: Operator, name: str) -> Tensor:
        del name  # an operation of Keras has none
        return keras.ops.log(self._input(operator))

    def _reshape(self, operator: Operator, name: str) -> Tensor:
        shape = self._graph.shapes[operator.outputs[0]][1:]
        return layers.Reshape(shape, name=name)(self._input(operator))

    def _same(self, operator: Operator, name: str) -> Tensor:
        del name  # rounding to another grid is no layer in float
        return self._input(operator)
