"""Reading the weights of TFLite files."""

from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from hypothesis import HealthCheck, given, settings

from soundpost_training.errors import TrainingError
from soundpost_training.network.pretrained.tflite_constants import tflite_constants
from soundpost_training.network.pretrained.yamnet import yamnet_weights

pytestmark = pytest.mark.training

MODEL = Path(__file__).resolve().parents[5] / "models" / "esc10" / "model.tflite"


def test_constants_equal_those_of_the_runtime() -> None:
    """Every weight equals the dequantised tensor that the interpreter has under its name."""
    interpreter = Interpreter(model_path=str(MODEL))
    tensors = {detail["name"]: detail for detail in interpreter.get_tensor_details()}
    constants = tflite_constants(MODEL)
    kernels = [constant for constant in constants if constant.values.ndim == 4]
    assert len(kernels) == 10  # stem, and three in each of three blocks
    for kernel in kernels:
        scales = tensors[kernel.name]["quantization_parameters"]["scales"]
        raw = interpreter.get_tensor(tensors[kernel.name]["index"]).astype(np.float32)
        assert np.array_equal(kernel.values, raw * scales.reshape(-1, 1, 1, 1))


@given(st.data())
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_damaged_file_is_refused(tmp_path: Path, data: st.DataObject) -> None:
    """Whatever bytes are wrong or missing, the error is a TrainingError, never a crash."""
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
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: bytes | None) -> None:
    """The error names a missing, an empty and a foreign file."""
    path = tmp_path / "other.tflite"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TrainingError, match=r"other\.tflite cannot be read"):
        tflite_constants(path)


def test_another_network_is_refused_as_yamnet() -> None:
    """The error names the first of YAMNet's layers that the file lacks."""
    with pytest.raises(TrainingError, match="is not YAMNet: it has no layer1"):
        yamnet_weights(MODEL)
