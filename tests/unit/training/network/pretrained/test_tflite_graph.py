"""Reading the operators of a TFLite file."""

from contextlib import suppress
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from hypothesis import HealthCheck, given, settings

from soundpost_training.errors import TrainingError
from soundpost_training.network.pretrained.tflite_graph import read_graph
from soundpost_training.network.pretrained.tflite_network import dequantised_network

pytestmark = pytest.mark.training

CONTENT = (Path(__file__).resolve().parents[5] / "models" / "esc10" / "model.tflite").read_bytes()


def test_operators_equal_those_of_the_runtime() -> None:
    """Names, inputs and outputs are those that the interpreter lists, without its delegate."""
    graph = read_graph(CONTENT, "esc10")
    interpreter = Interpreter(model_content=CONTENT)
    interpreter.allocate_tensors()
    listed = [each for each in interpreter._get_ops_details() if each["op_name"] != "DELEGATE"]  # noqa: SLF001 - no public list
    expected = [
        (each["op_name"], tuple(map(int, each["inputs"])), tuple(map(int, each["outputs"])))
        for each in listed
    ]
    assert [(each.name, each.inputs, each.outputs) for each in graph.operators] == expected
    assert graph.shapes[graph.entry] == (1, 192, 64, 1)
    assert graph.shapes[graph.result] == (1, 10)


def test_biases_are_real_numbers_and_shapes_are_not() -> None:
    """A bias of int32 is dequantised, the axes of a reduction stay integers."""
    graph = read_graph(CONTENT, "esc10")
    by_name = {operator.name: operator for operator in graph.operators}
    bias = graph.constants[by_name["FULLY_CONNECTED"].inputs[2]]
    assert bias.dtype == np.float32
    assert np.abs(bias).max() < 10.0
    assert graph.constants[by_name["MEAN"].inputs[1]].tolist() == [1, 2]


@given(st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_damaged_file_is_refused_or_read(data: st.DataObject) -> None:
    """Whatever bytes are wrong or missing, the only error is a TrainingError."""
    content = bytearray(CONTENT)
    length = data.draw(st.integers(9, len(content)))
    places = data.draw(
        st.lists(st.tuples(st.integers(8, length - 1), st.integers(0, 255)), min_size=1)
    )
    for place, byte in places:
        content[place] = byte
    with suppress(TrainingError):
        dequantised_network(read_graph(bytes(content[:length]), "damaged"), "damaged")


@pytest.mark.parametrize("content", [b"", b"not a model"])
def test_a_file_of_another_kind_is_refused(content: bytes) -> None:
    """The error names the file."""
    with pytest.raises(TrainingError, match="other cannot be read as TFLite"):
        read_graph(content, "other")
