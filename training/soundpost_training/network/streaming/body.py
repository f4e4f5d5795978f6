"""The body of a network: the layers before the pooling, none of which pads in time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from soundpost_training.network.pretrained.tflite_operators import Graph, Operator
from soundpost_training.network.pretrained.tflite_shapes import OTHER_AXES, RANK_OF_MAPS

POOLING = ("MEAN", "REDUCE_MAX")
CONVOLUTIONS = ("CONV_2D", "DEPTHWISE_CONV_2D")
TIME = 1
"""The axis of time: batch, frames, bands, channels."""

SAME = 0
"""The number of the padding that keeps the size, in the schema."""


class Rows(NamedTuple):
    """Rows of an activation in time, from `first` up to and without `end`."""

    first: int
    end: int

    @property
    def size(self) -> int:
        """Number of rows."""
        return self.end - self.first


@dataclass(frozen=True, slots=True)
class Body:
    """The layers of a network before its pooling, and what they give.

    Attributes:
        graph: The network.
        operators: The layers of the body.
        head: The layers after it.
        pooled: The tensor that the head pools over time; one row of it is a position.
        stride_of: The frames between two rows of each activation of the body.
        receptive_frames: The frames that a position depends on.
    """

    graph: Graph
    operators: Sequence[Operator]
    head: Sequence[Operator]
    pooled: int
    stride_of: dict[int, int]
    receptive_frames: int

    @property
    def stride_frames(self) -> int:
        """The frames between two positions."""
        return self.stride_of[self.pooled]

    @property
    def positions(self) -> int:
        """The positions in a window."""
        return self.graph.shapes[self.pooled][TIME]


def find_body(graph: Graph) -> Body | None:
    """Returns the body of a network; None if its activations depend on the edges of the window.

    Such a network pads in time, pools several activations, or has a layer of an unknown kind.
    """
    stride_of, pooled = {graph.entry: 1}, set()
    operators, head = [], []
    for operator in graph.operators:
        rows = [tensor for tensor in operator.inputs if tensor in stride_of]
        if not rows or operator.name in POOLING:
            pooled.update(rows)
            head.append(operator)
        elif not _is_local(operator, graph) or len({stride_of[tensor] for tensor in rows}) > 1:
            return None
        else:
            stride_of[operator.outputs[0]] = stride_of[rows[0]] * _stride(operator)
            operators.append(operator)
    if len(pooled) != 1 or pooled == {graph.entry}:
        return None
    (tensor,) = pooled
    body = Body(graph, operators, head, tensor, stride_of, 0)
    frames = needed_rows(body, Rows(0, 1)).get(graph.entry)
    if frames is None or frames.first or len(graph.shapes[tensor]) != RANK_OF_MAPS:
        return None
    return Body(graph, operators, head, tensor, stride_of, frames.end)


def inputs_for(operator: Operator, rows: Rows, graph: Graph) -> dict[int, Rows]:
    """Returns the rows of each activation that an operator needs for rows of its output."""
    if operator.name in CONVOLUTIONS:
        stride, height = _stride(operator), _height(operator, graph)
        needed = Rows(stride * rows.first, stride * (rows.end - 1) + height)
        return {operator.inputs[0]: needed}
    if operator.name == "STRIDED_SLICE":
        first = _first_row(operator, graph)
        return {operator.inputs[0]: Rows(rows.first + first, rows.end + first)}
    return dict.fromkeys(operator.inputs, rows)


def needed_rows(body: Body, positions: Rows) -> dict[int, Rows]:
    """Returns the rows of each activation that positions depend on, without any state."""
    needed = {body.pooled: positions}
    for operator in reversed(body.operators):
        output = operator.outputs[0]
        if output in needed:
            for tensor, rows in inputs_for(operator, needed[output], body.graph).items():
                needed[tensor] = union([rows, *filter(None, [needed.get(tensor)])])
    return needed


def union(rows: Iterable[Rows]) -> Rows:
    """Returns the rows from the first of all up to the last of all."""
    each = list(rows)
    return Rows(min(one.first for one in each), max(one.end for one in each))


def _is_local(operator: Operator, graph: Graph) -> bool:
    """Returns whether an output depends on its own frames only, not on the window's edges."""
    if operator.name in CONVOLUTIONS:
        pads = operator.options["padding"] == SAME and _height(operator, graph) > 1
        return not pads
    if operator.name == "STRIDED_SLICE":
        bounds = [graph.constants.get(tensor) for tensor in operator.inputs[1:]]
        return (
            all(bound is not None for bound in bounds)
            and not any(operator.options[mask] for mask in OTHER_AXES)
            and (graph.constants[operator.inputs[3]] == 1).all()
            and _first_row(operator, graph) >= 0
        )
    return operator.name == "ADD" and not any(each in graph.constants for each in operator.inputs)


def _stride(operator: Operator) -> int:
    return operator.options.get("stride_h", 1)


def _height(operator: Operator, graph: Graph) -> int:
    """Returns the rows that a kernel spans; those of both kinds have their height second."""
    taps = graph.shapes[operator.inputs[1]][1]
    return (taps - 1) * operator.options["dilation_h"] + 1


def _first_row(operator: Operator, graph: Graph) -> int:
    if operator.options["begin_mask"] & 1 << TIME:
        return 0
    return int(graph.constants[operator.inputs[1]].ravel()[TIME])
