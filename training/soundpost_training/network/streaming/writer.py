"""Writes the three parts of a network into its model."""

from soundpost.classify.network.parts import ADVANCE, FRAMES, HEAD, LOGITS, POSITIONS, STRETCH
from soundpost_training.network.pretrained.tflite_operators import Operator
from soundpost_training.network.streaming.body import TIME, Body, Rows, inputs_for
from soundpost_training.network.streaming.part import PartBuilder
from soundpost_training.network.streaming.plan import Plan
from soundpost_training.network.streaming.schema import Model
from soundpost_training.network.streaming.stem import Stem, add_stem, find_stem

BANDS = 2
"""The axis of frequency."""


class PartWriter:
    """Writes parts that run the layers of a body on new frames, and the head on positions.

    Args:
        model: The model; the parts are added to it.
        body: The body of its network.
    """

    def __init__(self, model: Model, body: Body) -> None:
        self._model, self._body = model, body
        self._numbers = {
            operator.outputs[0]: number for number, operator in enumerate(body.graph.operators)
        }
        self._stem = self._find_stem()

    def add_advance(self, plan: Plan) -> None:
        """Adds the part from the frames of a window's stride to the logits of the window."""
        builder = PartBuilder(self._model, ADVANCE)
        positions = self._add_body(builder, plan)
        self._add_head(builder, positions)
        builder.finish()

    def add_stretch(self, plan: Plan) -> None:
        """Adds the part from the frames of many strides to their positions."""
        builder = PartBuilder(self._model, STRETCH)
        builder.add_output(POSITIONS, self._add_body(builder, plan))
        builder.finish()

    def add_head(self, windows: int) -> None:
        """Adds the part from the positions of many windows to their logits."""
        builder = PartBuilder(self._model, HEAD)
        _, *shape = self._body.graph.shapes[self._body.pooled]
        self._add_head(builder, builder.add_input(POSITIONS, self._body.pooled, [windows, *shape]))
        builder.finish()

    def _add_body(self, builder: PartBuilder, plan: Plan) -> int:
        """Adds the layers of the body, and returns the positions that they end with."""
        body = self._body
        made = {body.graph.entry: self._add_frames(builder, plan)}
        for operator in body.operators:
            output = operator.outputs[0]
            if output not in plan.spans:
                continue
            if self._stem is not None and output == self._stem.output:
                tensor = add_stem(builder, self._stem, made[body.graph.entry])
            else:
                tensor = self._add_layer(builder, plan, operator, made)
            if plan.spans[output].carried:
                tensor = self._carry_over(builder, output, tensor, plan.spans[output].carried)
            made[output] = tensor
        return made[body.pooled]

    def _find_stem(self) -> Stem | None:
        """Returns the first layer, if it is the only one that reads frames and can be grouped."""
        entry = self._body.graph.entry
        first, *others = [each for each in self._body.operators if entry in each.inputs]
        if others or first.name != "CONV_2D":
            return None
        return find_stem(self._model, self._numbers[first.outputs[0]])

    def _add_frames(self, builder: PartBuilder, plan: Plan) -> int:
        """Adds the input of frames: the new ones, and those before them that the stem reads."""
        entry = self._body.graph.entry
        _, _, bands, channels = self._body.graph.shapes[entry]
        frames = plan.spans[entry].rows.size
        if self._stem is not None:
            frames += self._stem.frames_before
        return builder.add_input(FRAMES, entry, [1, frames, bands, channels])

    def _add_layer(
        self, builder: PartBuilder, plan: Plan, operator: Operator, made: dict[int, int]
    ) -> int:
        """Adds a layer that computes the rows of its output that are new."""
        graph, output = self._body.graph, operator.outputs[0]
        fresh = plan.spans[output].fresh
        needed = {
            tensor: Rows(*(row - plan.spans[tensor].rows.first for row in rows))
            for tensor, rows in inputs_for(operator, fresh, graph).items()
        }
        if operator.name == "STRIDED_SLICE":
            ((tensor, rows),) = needed.items()
            bands = _kept_bands(operator, self._body)
            return builder.cut(made[tensor], rows, output, bands)
        inputs = [
            builder.cut(made[tensor], needed[tensor], tensor)
            if tensor in needed
            else builder.constant(tensor)
            for tensor in operator.inputs
        ]
        _, _, *shape = graph.shapes[output]
        activation = builder.add_activation(output, [1, fresh.size, *shape])
        return builder.copy_operator(self._numbers[output], inputs, activation)

    def _carry_over(self, builder: PartBuilder, output: int, fresh: int, carried: int) -> int:
        """Puts the rows that the step before has computed in front of the new ones."""
        name = POSITIONS if output == self._body.pooled else f"state_{self._numbers[output]}"
        _, _, *shape = builder.shape(fresh)
        before = builder.add_input(name, output, [1, carried, *shape])
        rows = builder.join(before, fresh, output)
        count = builder.shape(rows)[TIME]
        builder.add_output(name, builder.cut(rows, Rows(count - carried, count), output))
        return rows

    def _add_head(self, builder: PartBuilder, positions: int) -> None:
        """Adds the layers behind the body, for the windows that the positions are of."""
        graph = self._body.graph
        windows = builder.shape(positions)[0]
        made = {self._body.pooled: positions}
        for operator in self._body.head:
            inputs = [
                made[tensor] if tensor in made else builder.constant(tensor)
                for tensor in operator.inputs
            ]
            output = operator.outputs[0]
            _, *shape = graph.shapes[output]
            made[output] = builder.copy_operator(
                self._numbers[output], inputs, builder.add_activation(output, [windows, *shape])
            )
        builder.add_output(LOGITS, made[graph.result])


def _kept_bands(operator: Operator, body: Body) -> Rows:
    """Returns the bands that a slice keeps."""
    first = 0
    if not operator.options["begin_mask"] & 1 << BANDS:
        first = int(body.graph.constants[operator.inputs[1]].ravel()[BANDS])
    return Rows(first, first + body.graph.shapes[operator.outputs[0]][BANDS])
