"""The layers of a network that depend on their own frames only."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streaming_networks import SHAPES, tflite

from soundpost_training.network.arch.streaming import network_stride_frames, receptive_frames
from soundpost_training.network.pretrained.tflite_graph import read_graph
from soundpost_training.network.pretrained.tflite_operators import Graph, Operator
from soundpost_training.network.streaming.body import (
    Body,
    Rows,
    find_body,
    needed_rows,
    union,
)

pytestmark = pytest.mark.training

MODELS = Path(__file__).resolve().parents[5] / "models"


def graph(name: str = "everyday") -> Graph:
    """Returns the graph of a small network."""
    return read_graph(tflite(name), name)


def body(name: str = "everyday") -> Body:
    """Returns the body of a small network."""
    found = find_body(graph(name))
    assert found is not None
    return found


def changed(change: Callable[[Operator], Operator]) -> Graph:
    """Returns the graph with other operators."""
    whole = graph()
    return replace(whole, operators=tuple(map(change, whole.operators)))


@pytest.mark.parametrize("name", SHAPES)
def test_positions_are_those_of_the_architecture(name: str) -> None:
    """Their distance, their frames and their number."""
    config = SHAPES[name].config
    assert body(name).stride_frames == network_stride_frames(config)
    assert body(name).receptive_frames == receptive_frames(config)
    assert body(name).positions == SHAPES[name].positions


def test_every_layer_is_of_the_body_or_of_the_head() -> None:
    """The head begins with the pooling."""
    whole = body()
    assert [*whole.operators, *whole.head] == list(whole.graph.operators)
    assert {operator.name for operator in whole.head[:2]} == {"MEAN", "REDUCE_MAX"}


def test_a_later_position_needs_later_frames() -> None:
    """By the stride of the network; more positions need the frames of all of them."""
    whole = body()
    entry = whole.graph.entry
    assert needed_rows(whole, Rows(0, 1))[entry] == Rows(0, 77)
    assert needed_rows(whole, Rows(2, 3))[entry] == Rows(48, 48 + 77)
    assert needed_rows(whole, Rows(2, 4))[entry] == Rows(48, 72 + 77)
    assert union([Rows(3, 5), Rows(9, 10)]) == Rows(3, 10)


@pytest.mark.parametrize("name", ["esc10", "esc50"])
def test_a_body_that_pads_in_time_is_none(name: str) -> None:
    """The residual network of the closed sets."""
    assert find_body(read_graph((MODELS / name / "model.tflite").read_bytes(), name)) is None


def test_a_layer_of_another_kind_makes_it_none() -> None:
    """The frames that it depends on are not known."""

    def other(operator: Operator) -> Operator:
        return replace(operator, name="number 99") if operator.name == "ADD" else operator

    assert find_body(changed(other)) is None


def test_padding_in_time_makes_it_none() -> None:
    """The kernel of one frame may pad, because it pads in frequency only."""

    def padded(operator: Operator) -> Operator:
        if operator.name != "CONV_2D":
            return operator
        return replace(operator, options={**operator.options, "padding": 0})

    assert find_body(changed(padded)) is None


def test_a_slice_with_a_stride_makes_it_none() -> None:
    """Its rows lie at other frames."""
    whole = graph()
    slices = [each for each in whole.operators if each.name == "STRIDED_SLICE"]
    constants = dict(whole.constants)
    for operator in slices:
        constants[operator.inputs[3]] = np.array([1, 2, 1, 1], np.int32)
    assert slices
    assert find_body(replace(whole, constants=constants)) is None


def test_a_network_without_pooling_is_none() -> None:
    """Its output is one row for each position already."""
    whole = graph()
    kept = tuple(each for each in whole.operators if each.name not in {"MEAN", "REDUCE_MAX"})
    assert find_body(replace(whole, operators=kept)) is None
