"""Rows that a step computes, and those that it carries over."""

import pytest
from streaming_networks import SHAPES, tflite

from soundpost_training.network.pretrained.tflite_graph import read_graph
from soundpost_training.network.streaming.body import find_body, inputs_for
from soundpost_training.network.streaming.plan import Plan, plan_step

pytestmark = pytest.mark.training


def plan(name: str, positions: int, *, pools: bool) -> Plan:
    """Returns the plan of a step."""
    body = find_body(read_graph(tflite(name), name))
    assert body is not None
    return plan_step(body, positions, pools=pools)


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("positions", [1, 2, 7])
def test_a_step_computes_only_rows_that_are_new(name: str, positions: int) -> None:
    """Each layer; but the first one reads some frames again, and computes some rows again."""
    step = plan(name, positions, pools=False)
    body = step.body
    for tensor, span in step.spans.items():
        new = positions * body.stride_frames // body.stride_of[tensor]
        first = any(
            tensor in each.outputs and body.graph.entry in each.inputs for each in body.operators
        )
        if tensor != body.graph.entry and not first:
            assert span.fresh.size <= new
        assert 0 <= span.carried < span.rows.size


@pytest.mark.parametrize("name", SHAPES)
def test_every_layer_has_the_rows_that_it_reads(name: str) -> None:
    """Computed in this step, or carried over."""
    step = plan(name, 2, pools=False)
    for operator in step.body.operators:
        fresh = step.spans[operator.outputs[0]].fresh
        for tensor, rows in inputs_for(operator, fresh, step.body.graph).items():
            assert step.spans[tensor].rows.first <= rows.first
            assert rows.end <= step.spans[tensor].rows.end


def test_a_step_to_scores_carries_over_the_positions_of_the_window() -> None:
    """All but the new ones."""
    step = plan("everyday", 1, pools=True)
    span = step.spans[step.body.pooled]
    assert (span.rows.size, span.carried) == (6, 5)


def test_the_first_layer_of_everyday_computes_two_strides_of_its_rows() -> None:
    """One row more than the six new ones; the states of later layers are two rows."""
    step = plan("everyday", 1, pools=False)
    (first,) = [each for each in step.body.operators if step.body.graph.entry in each.inputs]
    assert step.spans[first.outputs[0]].rows.size == 7
    carried = [span.carried for span in step.spans.values() if span.carried]
    assert carried == [2]
