"""Graphs that are added to a model."""

import numpy as np
import pytest
from streaming_networks import tflite

from soundpost.classify.network.signatures import SignatureInterpreter
from soundpost_training.network.streaming.body import Rows
from soundpost_training.network.streaming.part import PartBuilder
from soundpost_training.network.streaming.schema import Model, read_model, write_model

pytestmark = pytest.mark.training

ENTRY = 0
SHAPE = [1, 6, 64, 1]


@pytest.fixture
def model() -> Model:
    """Provides the objects of a small network."""
    return read_model(tflite("everyday"))


def run(model: Model, **values: np.ndarray) -> dict[str, np.ndarray]:
    """Runs the part of a model that a test has added."""
    return SignatureInterpreter(write_model(model), 1).signature("part").run(values)


def rows(seed: int) -> np.ndarray:
    """Returns random rows."""
    return np.random.default_rng(seed).integers(-128, 128, SHAPE).astype(np.int8)


def test_rows_are_joined_and_cut(model: Model) -> None:
    """In time, and in frequency where bands are given."""
    builder = PartBuilder(model, "part")
    before, after = (builder.add_input(name, ENTRY, SHAPE) for name in ("before", "after"))
    both = builder.join(before, after, ENTRY)
    assert builder.shape(both) == [1, 12, 64, 1]
    builder.add_output("middle", builder.cut(both, Rows(4, 9), ENTRY))
    builder.add_output("corner", builder.cut(both, Rows(0, 2), ENTRY, bands=Rows(60, 64)))
    builder.finish()
    result = run(model, before=rows(1), after=rows(2))
    expected = np.concatenate((rows(1), rows(2)), axis=1)
    assert np.array_equal(result["middle"], expected[:, 4:9])
    assert np.array_equal(result["corner"], expected[:, :2, 60:])


def test_a_cut_of_all_rows_adds_no_operator(model: Model) -> None:
    """The tensor is its own cut."""
    builder = PartBuilder(model, "part")
    entry = builder.add_input("rows", ENTRY, SHAPE)
    assert builder.cut(entry, Rows(0, 6), ENTRY) == entry


def test_tensors_have_the_scale_of_the_network(model: Model) -> None:
    """So that values pass from part to part without rounding."""
    builder = PartBuilder(model, "part")
    before, after = (builder.add_input(name, ENTRY, SHAPE) for name in ("before", "after"))
    builder.add_output("both", builder.join(before, after, ENTRY))
    builder.finish()
    part = SignatureInterpreter(write_model(model), 1).signature("part")
    (scale,) = model.subgraphs[0].tensors[ENTRY].quantization.scale
    assert part.inputs["before"].scale == part.outputs["both"].scale == pytest.approx(scale)


def test_an_input_that_is_left_out_stays_so(model: Model) -> None:
    """Its number is -1 in the whole network and in the part; a constant is added once."""
    builder = PartBuilder(model, "part")
    assert builder.constant(-1) == -1
    weights = int(model.subgraphs[0].operators[0].inputs[1])
    assert builder.constant(weights) == builder.constant(weights)


def test_the_first_graph_is_not_changed(model: Model) -> None:
    """A part is one graph and one signature more."""
    graphs, signatures = len(model.subgraphs), len(model.signatureDefs)
    operators = len(model.subgraphs[0].operators)
    builder = PartBuilder(model, "part")
    builder.add_output("rows", builder.add_input("rows", ENTRY, SHAPE))
    builder.finish()
    assert len(model.subgraphs) == graphs + 1
    assert len(model.signatureDefs) == signatures + 1
    assert len(model.subgraphs[0].operators) == operators
