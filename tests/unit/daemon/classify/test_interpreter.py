"""The interpreter, which wraps the TFLite runtime."""

import importlib.util
import resource
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.classify.interpreter import Interpreter
from soundpost.classify.runtime import VARIABLE, TensorInfo
from soundpost.errors import BundleError

GOLDEN = Path(__file__).resolve().parents[3] / "golden"
MODEL = (GOLDEN / "tiny-int8" / "model.tflite").read_bytes()

verified = pytest.mark.skipif(
    importlib.util.find_spec("ai_edge_litert") is None,
    reason="tflite-runtime reads a model without verifying it first, and may crash on garbage",
)


def test_it_reports_the_tensors_of_an_int8_model() -> None:
    """The interpreter reports shape, dtype and quantisation of input and output."""
    interpreter = Interpreter(MODEL)
    scale = float(np.float32(0.04453731))
    assert interpreter.input == TensorInfo(0, (1, 16, 64, 1), "int8", scale, zero_point=27)
    assert interpreter.outputs == (interpreter.output,)
    assert (interpreter.output.shape, interpreter.output.dtype) == ((1, 3), "int8")


def test_a_float_model_reports_no_quantisation() -> None:
    """Scale and zero point of a float model are 0, as in manifests."""
    interpreter = Interpreter((GOLDEN / "tiny-float" / "model.tflite").read_bytes())
    for tensor in (interpreter.input, interpreter.output):
        assert (tensor.dtype, tensor.scale, tensor.zero_point) == ("float32", 0.0, 0)


def test_an_output_does_not_change_later() -> None:
    """A second inference does not write into the output of the first."""
    interpreter = Interpreter(MODEL)
    low = np.full(interpreter.input.shape, -128, np.int8)
    first = interpreter.invoke(low)
    copied = first.copy()
    assert not np.array_equal(interpreter.invoke(np.full_like(low, 127)), copied)
    assert np.array_equal(first, copied)


def test_an_input_of_another_shape_is_refused() -> None:
    """An input of another shape never reaches the model."""
    with pytest.raises(ValueError, match="Dimension mismatch"):
        Interpreter(MODEL).invoke(np.zeros((1, 8, 64, 1), np.int8))


def test_two_threads_give_the_output_of_one() -> None:
    """The number of threads does not change the output."""
    noise = np.random.default_rng(0).integers(-128, 128, (1, 16, 64, 1)).astype(np.int8)
    assert np.array_equal(Interpreter(MODEL, 1).invoke(noise), Interpreter(MODEL, 2).invoke(noise))


@given(st.binary(max_size=300))
def test_random_bytes_are_refused(content: bytes) -> None:
    """Random bytes are a BundleError, not a crash of the process."""
    with pytest.raises(BundleError, match="refuses the model"):
        Interpreter(content)


@verified
@given(st.binary(max_size=300))
def test_garbage_with_the_identifier_of_a_model_is_refused(content: bytes) -> None:
    """The file identifier alone does not make a model."""
    with pytest.raises(BundleError, match="refuses the model"):
        Interpreter(MODEL[:4] + b"TFL3" + content)


@verified
@given(st.integers(0, len(MODEL) - 1))
def test_a_model_cut_anywhere_is_refused(length: int) -> None:
    """Every prefix of a real model is refused."""
    with pytest.raises(BundleError, match="refuses the model"):
        Interpreter(MODEL[:length])


def test_yamnet_has_a_waveform_input(shared_data: Path) -> None:
    """A large model from another project loads, too."""
    interpreter = Interpreter((shared_data / "yamnet" / "yamnet.tflite").read_bytes())
    assert interpreter.input.shape == (15_600,)
    assert interpreter.output.shape == (1, 521)


def test_each_output_of_a_model_is_returned_by_its_position(shared_data: Path) -> None:
    """YAMNet's network has two; the one of scores is that of the whole YAMNet's shape."""
    interpreter = Interpreter((shared_data / "yamnet" / "yamnet_weights.tflite").read_bytes())
    shapes = [output.shape for output in interpreter.outputs]
    assert len(shapes) == 2
    values = np.zeros(interpreter.input.shape, interpreter.input.dtype)
    results = interpreter.run(values, [1, 0])
    assert [result.shape for result in results] == shapes[::-1]
    assert np.array_equal(interpreter.invoke(values, 1), results[0])


def test_an_input_of_variable_size_is_given_its_shape() -> None:
    """Without one the size is open; with one it is that of every window."""
    content = (GOLDEN / "tiny-variable" / "model.tflite").read_bytes()
    assert Interpreter(content).input.shape == (VARIABLE,)
    interpreter = Interpreter(content, input_shape=[1_600])
    assert interpreter.input.shape == (1_600,)
    samples = np.linspace(-1.0, 0.5, 1_600, dtype=np.float32)
    expected = [np.abs(samples).mean(), 1.0, 0.5]
    assert interpreter.invoke(samples)[0] == pytest.approx(expected, abs=1e-6)


def test_a_fixed_input_keeps_its_shape() -> None:
    """The shape of a manifest is compared with it, never forced on it."""
    interpreter = Interpreter(MODEL, input_shape=[1, 32, 32, 1])
    assert interpreter.input.shape == (1, 16, 64, 1)


WITHOUT_RUNTIME = """
import sys
sys.modules["ai_edge_litert"] = sys.modules["tflite_runtime"] = None
from soundpost.classify.interpreter import Interpreter
try:
    Interpreter(b"")
except Exception as error:
    print(type(error).__name__, error, error.hint)
"""


def test_without_a_runtime_the_error_names_both_and_the_package_to_install() -> None:
    """The error names both runtimes, and the hint the package to install."""
    printed = subprocess.run(
        [sys.executable, "-c", WITHOUT_RUNTIME], capture_output=True, text=True, check=True
    ).stdout
    assert printed.startswith("BundleError no TFLite runtime can be imported")
    assert "ai_edge_litert" in printed
    assert "tflite_runtime" in printed
    assert "pip install ai-edge-litert" in printed


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


def test_tflite_runtime_is_the_fallback_and_its_conflict_with_numpy_2_is_explained() -> None:
    """The bare SystemError of tflite-runtime 2.14 with numpy 2 becomes a BundleError."""
    printed = subprocess.run(
        [sys.executable, "-c", FALLBACK], capture_output=True, text=True, check=True
    ).stdout
    assert printed.startswith("BundleError tflite_runtime.interpreter does not work with numpy")
    assert "numpy below 2" in printed


def test_a_model_that_claims_huge_tensors_is_refused_before_memory_is_taken() -> None:
    """A hundred million frames are in the file; a small board would be out of memory."""
    model = (GOLDEN / "tiny-float" / "model.tflite").read_bytes()
    shape = struct.pack("<4i", 1, 16, 64, 1)
    assert shape in model
    lie = model.replace(shape, struct.pack("<4i", 1, 100_000_000, 64, 1))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(BundleError, match="MB for its tensors, at most 500 MB expected"):
        Interpreter(lie)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def test_the_runtime_writes_nothing_between_the_lines_of_the_daemon(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """It announces its kernels on stderr when a model is loaded."""
    Interpreter(MODEL)
    assert capfd.readouterr() == ("", "")
