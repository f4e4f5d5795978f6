"""The three parts of a network, as they are in the file."""

import pytest
from streaming_networks import SHAPES, tflite

from soundpost.classify.network.parts import ADVANCE, FRAMES, HEAD, LOGITS, POSITIONS, STRETCH
from soundpost.classify.network.signatures import SignatureInterpreter
from soundpost_training.network.streaming.parts import STRETCH_POSITIONS, with_streaming
from soundpost_training.network.streaming.schema import read_model

pytestmark = pytest.mark.training


@pytest.mark.parametrize("name", SHAPES)
def test_the_parts_have_the_names_that_the_daemon_knows(name: str) -> None:
    """A state that goes in comes out, of the same shape and scale."""
    shape = SHAPES[name]
    interpreter = SignatureInterpreter(with_streaming(tflite(name), shape.stride_frames), 1)
    advance, stretch, head = (interpreter.signature(part) for part in (ADVANCE, STRETCH, HEAD))
    windows = STRETCH_POSITIONS // shape.new_positions
    assert set(advance.inputs) - {FRAMES} == set(advance.outputs) - {LOGITS}
    for state in set(advance.inputs) - {FRAMES}:
        assert advance.inputs[state].shape == advance.outputs[state].shape
        assert advance.inputs[state].scale == advance.outputs[state].scale
    kept = shape.positions - shape.new_positions
    assert advance.inputs[POSITIONS].shape[1] == kept
    assert stretch.outputs[POSITIONS].shape[1] == windows * shape.new_positions
    assert set(stretch.inputs) == set(advance.inputs) - {POSITIONS}
    assert head.inputs[POSITIONS].shape[:2] == (windows, shape.positions)
    assert advance.outputs[LOGITS].shape[0] == 1
    assert head.outputs[LOGITS].shape[0] == windows


def test_a_step_of_everyday_has_two_states() -> None:
    """Each takes a passage through the runtime."""
    interpreter = SignatureInterpreter(with_streaming(tflite("everyday"), 24), 1)
    assert len(interpreter.signature(ADVANCE).inputs) == 3


def test_the_parts_read_the_weights_of_the_whole_window() -> None:
    """Their buffers are those of the first graph, but for the grouped stem."""
    model = read_model(with_streaming(tflite("everyday"), 24))
    whole, *parts = model.subgraphs
    buffers = {tensor.buffer for tensor in whole.tensors}
    large = [
        len(model.buffers[tensor.buffer].data)
        for part in parts
        for tensor in part.tensors
        if tensor.buffer not in buffers and model.buffers[tensor.buffer].data is not None
    ]
    assert len(parts) == 3
    assert max(large) <= 8 * 2 * 3 * 8
