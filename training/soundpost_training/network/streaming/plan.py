"""The rows of each activation that a part of a network computes or carries over."""

from dataclasses import dataclass

from soundpost_training.network.streaming.body import Body, Rows, inputs_for, union


@dataclass(frozen=True, slots=True)
class Span:
    """The rows of an activation in one step of a part.

    Attributes:
        rows: Those that later layers read.
        carried: The first of them that the step before has computed.
    """

    rows: Rows
    carried: int

    @property
    def fresh(self) -> Rows:
        """The rows that this step computes."""
        return Rows(self.rows.first + self.carried, self.rows.end)


@dataclass(frozen=True, slots=True)
class Plan:
    """The computation of a part in a step of some new positions.

    Attributes:
        body: The body of the network.
        positions: The new positions.
        spans: The rows of each activation, by tensor.
    """

    body: Body
    positions: int
    spans: dict[int, Span]


def plan_step(body: Body, positions: int, *, pools: bool) -> Plan:
    """Plans a step: each layer computes the rows that are new, and carries over the others.

    A convolution whose kernel is longer than its stride reads rows again that the step before has
    read. They are carried over as they are, so that no layer before it computes them again. Those
    of the first layer are computed again: passing a state through the runtime takes longer.

    Args:
        body: The body of the network.
        positions: The new positions of the step.
        pools: True for a part that goes on to the scores of the window that ends with the step: it
            carries over the older positions of the window as well.
    """
    first = positions - body.positions if pools else 0
    wanted = {body.pooled: [Rows(first, positions)]}
    spans: dict[int, Span] = {}
    for operator in reversed(body.operators):
        output = operator.outputs[0]
        if output not in wanted:
            continue
        rows = union(wanted[output])
        new = positions * body.stride_frames // body.stride_of[output]
        is_stem = body.graph.entry in operator.inputs
        spans[output] = Span(rows, 0 if is_stem else max(0, rows.size - new))
        for tensor, needed in inputs_for(operator, spans[output].fresh, body.graph).items():
            wanted.setdefault(tensor, []).append(needed)
    # Frames are not carried over: the caller has those of the step before.
    spans[body.graph.entry] = Span(union(wanted[body.graph.entry]), 0)
    return Plan(body, positions, spans)
