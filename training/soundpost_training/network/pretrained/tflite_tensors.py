"""The tensors of a TFLite graph while it is turned into layers."""

from typing import Any

from keras import layers
from numpy.typing import NDArray

from soundpost_training.network.pretrained.tflite_operators import Graph, Operator
from soundpost_training.network.pretrained.tflite_shapes import Tensor

RECTIFIERS: dict[int, dict[str, float] | None] = {0: None, 1: {}, 3: {"max_value": 6.0}}
"""Fused activations by their number in the schema: none, ReLU, ReLU6."""


class Tensors:
    """The constants of a graph, and the activations that exist so far.

    Args:
        graph: The computation.
        entry: Its input.
    """

    def __init__(self, graph: Graph, entry: Tensor) -> None:
        self._constants = graph.constants
        self.done: dict[int, Tensor] = {graph.entry: entry}

    def input(self, operator: Operator, place: int = 0) -> Tensor:
        """Returns an activation that an operator takes."""
        return self.done[operator.inputs[place]]

    def constant(self, operator: Operator, place: int) -> NDArray[Any] | None:
        """Returns a constant that an operator takes; None if it is an activation or left out."""
        if place >= len(operator.inputs):
            return None
        return self._constants.get(operator.inputs[place])

    def required(self, operator: Operator, place: int) -> NDArray[Any]:
        """Returns a constant that an operator takes.

        Raises:
            KeyError: It is an activation, or left out.
        """
        return self._constants[operator.inputs[place]]

    def activated(self, output: Tensor, operator: Operator) -> Tensor:
        """Returns an output behind the activation function that is fused into its operator."""
        rectifier = RECTIFIERS[operator.options["activation"]]
        return output if rectifier is None else layers.ReLU(**rectifier)(output)
