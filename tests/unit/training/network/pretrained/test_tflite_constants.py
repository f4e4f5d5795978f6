"""Weights that others trained, read out of their files."""

from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from hypothesis import HealthCheck, given, settings

from soundpost_training.errors import TrainingError
from soundpost_training.network.pretrained import yamnet_weights
from soundpost_training.network.pretrained.tflite_constants import tflite_constants

pytestmark = pytest.mark.training

MODEL = Path(__file__).resolve().parents[5] / "models" / "esc10" / "model.tflite"


def test_constants_are_what_the_runtime_has() -> None:
    """Every weight equals, dequantised, what the interpreter holds under its name."""
    interpreter = Interpreter(model_path=str(MODEL))
    held = {detail["name"]: detail for detail in interpreter.get_tensor_details()}
    constants = tflite_constants(MODEL)
    kernels = [one for one in constants if one.values.ndim == 4]
    assert len(kernels) == 10  # stem, and three in each of three blocks
    for one in kernels:
        scales = held[one.name]["quantization_parameters"]["scales"]
        raw = interpreter.get_tensor(held[one.name]["index"]).astype(np.float32)
        assert np.array_equal(one.values, raw * scales.reshape(-1, 1, 1, 1))


@given(st.data())
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_damaged_file_gives_one_error_or_numbers(tmp_path: Path, data: st.DataObject) -> None:
    """Whatever bytes are wrong or missing, what comes is TrainingError, never a crash."""
    content = bytearray(MODEL.read_bytes())
    length = data.draw(st.integers(9, len(content)))
    places = data.draw(st.lists(st.tuples(st.integers(8, length - 1), st.integers(0, 255))))
    damaged = content[:length]
    for place, byte in places:
        damaged[place] = byte
    path = tmp_path / "damaged.tflite"
    path.write_bytes(damaged)
    with pytest.raises(TrainingError):
        yamnet_weights(path)


@pytest.mark.parametrize("content", [None, b"", b"not a model"])
def test_what_is_no_tflite_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """An absent, an empty and a foreign file are named."""
    path = tmp_path / "other.tflite"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TrainingError, match=r"other\.tflite cannot be read"):
        tflite_constants(path)


def test_another_network_is_not_taken_for_yamnet() -> None:
    """A whole TFLite file without YAMNet's layers is refused by the first that it lacks."""
    with pytest.raises(TrainingError, match="is not YAMNet: it has no layer1"):
        yamnet_weights(MODEL)
