"""Builds a trainable float network from an int8 TFLite file, by its dequantised weights."""

from typing import NamedTuple

import keras

from soundpost_training.errors import TrainingError
from soundpost_training.network.pretrained.tflite_builder import LayerBuilder
from soundpost_training.network.pretrained.tflite_operators import Graph
from soundpost_training.network.pretrained.tflite_shapes import RANK_OF_MAPS, Tensor


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
    convolution, and in one without these, with each convolution. Only rectified ones are taken: the
    logarithm of their pooled values exists.

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
    builder = LayerBuilder(graph, name)
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
