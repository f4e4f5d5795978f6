"""The one door to the TFLite runtime."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.classify.interpreter import Interpreter, TensorInfo
from soundpost.errors import BundleError

GOLDEN = Path(__file__).resolve().parents[3] / "golden"
MODEL = (GOLDEN / "tiny-int8" / "model.tflite").read_bytes()

verified = pytest.mark.skipif(
    importlib.util.find_spec("ai_edge_litert") is None,
    reason="tflite-runtime reads a model without verifying it first, and may crash on garbage",
)


def test_it_reports_the_tensors_of_an_int8_model() -> None:
    """Shape, dtype and quantisation, of the input and of the output."""
    interpreter = Interpreter(MODEL)
    scale = float(np.float32(0.04453731))
    assert interpreter.input == TensorInfo(0, (1, 16, 64, 1), "int8", scale, zero_point=27)
    assert (interpreter.output.shape, interpreter.output.dtype) == ((1, 3), "int8")


def test_a_float_model_reports_no_quantisation() -> None:
    """Scale and zero point are 0, as manifests say it too."""
    interpreter = Interpreter((GOLDEN / "tiny-float" / "model.tflite").read_bytes())
    for tensor in (interpreter.input, interpreter.output):
        assert (tensor.dtype, tensor.scale, tensor.zero_point) == ("float32", 0.0, 0)


def test_an_output_stays_what_it_was() -> None:
    """A second inference does not write into the answer of the first."""
    interpreter = Interpreter(MODEL)
    low = np.full(interpreter.input.shape, -128, np.int8)
    first = interpreter.invoke(low)
    kept = first.copy()
    assert not np.array_equal(interpreter.invoke(np.full_like(low, 127)), kept)
    assert np.array_equal(first, kept)


def test_an_input_of_another_shape_is_refused() -> None:
    """The runtime is never fed what it would read beyond."""
    with pytest.raises(ValueError, match="Dimension mismatch"):
        Interpreter(MODEL).invoke(np.zeros((1, 8, 64, 1), np.int8))


def test_two_threads_answer_as_one() -> None:
    """The number of threads changes the time, not the answer."""
    noise = np.random.default_rng(0).integers(-128, 128, (1, 16, 64, 1)).astype(np.int8)
    assert np.array_equal(Interpreter(MODEL, 1).invoke(noise), Interpreter(MODEL, 2).invoke(noise))


@given(st.binary(max_size=300))
def test_random_bytes_are_refused(content: bytes) -> None:
    """Garbage ends in a BundleError, not in a crash of the process."""
    with pytest.raises(BundleError, match="refuses the model"):
        Interpreter(content)


@verified
@given(st.binary(max_size=300))
def test_garbage_that_says_it_is_a_model_is_refused(content: bytes) -> None:
    """The file identifier alone does not open the door."""
    with pytest.raises(BundleError, match="refuses the model"):
        Interpreter(MODEL[:4] + b"TFL3" + content)


@verified
@given(st.integers(0, len(MODEL) - 1))
def test_a_model_cut_anywhere_is_refused(length: int) -> None:
    """Every prefix of a real model is garbage."""
    with pytest.raises(BundleError, match="refuses the model"):
        Interpreter(MODEL[:length])


def test_yamnet_has_a_waveform_input(shared_data: Path) -> None:
    """A large model that was made elsewhere opens through the same door."""
    interpreter = Interpreter((shared_data / "yamnet" / "yamnet.tflite").read_bytes())
    assert interpreter.input.shape == (15_600,)
    assert interpreter.output.shape == (1, 521)


def test_a_model_with_two_outputs_is_refused(shared_data: Path) -> None:
    """Which of them are the logits nobody could say."""
    content = (shared_data / "yamnet" / "yamnet_weights.tflite").read_bytes()
    with pytest.raises(BundleError, match="2 output tensors, expected one"):
        Interpreter(content)


WITHOUT_RUNTIME = """
import sys
sys.modules["ai_edge_litert"] = sys.modules["tflite_runtime"] = None
from soundpost.classify.interpreter import Interpreter
try:
    Interpreter(b"")
except Exception as error:
    print(type(error).__name__, error, error.hint)
"""


def test_without_a_runtime_both_names_and_the_remedy_are_told() -> None:
    """A person on the ladder reads which package to install."""
    answer = subprocess.run(
        [sys.executable, "-c", WITHOUT_RUNTIME], capture_output=True, text=True, check=True
    ).stdout
    assert answer.startswith("BundleError no TFLite runtime can be imported")
    assert "ai_edge_litert" in answer
    assert "tflite_runtime" in answer
    assert "pip install ai-edge-litert" in answer


FALLBACK = """
import sys, types
sys.modules["ai_edge_litert"] = None
runtime = types.ModuleType("tflite_runtime.interpreter")
class Interpreter:
    def __init__(self, model_content, num_threads):
        raise SystemError("returned a result with an exception set")
Interpreter.__module__ = runtime.__name__
runtime.Interpreter = Interpreter
sys.modules["tflite_runtime"] = types.ModuleType("tflite_runtime")
sys.modules[runtime.__name__] = runtime
from soundpost.classify.interpreter import Interpreter
try:
    Interpreter(b"")
except Exception as error:
    print(type(error).__name__, error, error.hint)
"""


def test_tflite_runtime_is_the_fallback_and_its_quarrel_with_numpy_2_is_told() -> None:
    """tflite-runtime 2.14 answers numpy 2 with a SystemError that says nothing."""
    answer = subprocess.run(
        [sys.executable, "-c", FALLBACK], capture_output=True, text=True, check=True
    ).stdout
    assert answer.startswith("BundleError tflite_runtime.interpreter does not work with numpy")
    assert "numpy below 2" in answer
