"""The ONNX runtime: tensors, several outputs, damaged files, and its absence."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_onnx import Node, onnx_file

from soundpost.classify.onnx_interpreter import OnnxInterpreter
from soundpost.classify.runtime import TensorInfo
from soundpost.errors import BundleError

pytest.importorskip("onnxruntime", reason="an extra; a device has it only if its bundle is ONNX")

MODEL = (Path(__file__).resolve().parents[3] / "golden" / "tiny-onnx" / "model.onnx").read_bytes()
TINY = Path(__file__).resolve().parents[3] / "golden" / "tiny-int8"
NOISE = np.random.default_rng(0).normal(0.0, 0.1, (1, 800)).astype(np.float32)


def test_it_reports_the_tensors_of_a_model() -> None:
    """A size that the file leaves open is -1; a float tensor has no quantisation."""
    interpreter = OnnxInterpreter(MODEL)
    assert interpreter.input == TensorInfo(0, (-1, 800), "float32", 0.0, 0)
    assert [(output.name, output.shape) for output in interpreter.outputs] == [
        ("embedding", (-1, 4)),
        ("scores", (-1, 3)),
    ]


def test_outputs_are_returned_by_their_positions() -> None:
    """In the order of the request, and each alone as in the whole."""
    interpreter = OnnxInterpreter(MODEL)
    scores, embedding = interpreter.run(NOISE, [1, 0])
    assert (scores.shape, embedding.shape) == ((1, 3), (1, 4))
    assert np.array_equal(interpreter.invoke(NOISE), embedding)
    assert np.array_equal(interpreter.invoke(NOISE, 1), scores)


def test_an_output_does_not_change_later() -> None:
    """A second inference does not write into the output of the first."""
    interpreter = OnnxInterpreter(MODEL)
    first = interpreter.invoke(NOISE, 1)
    copied = first.copy()
    assert not np.array_equal(interpreter.invoke(-3 * NOISE, 1), copied)
    assert np.array_equal(first, copied)


def test_two_threads_give_the_output_of_one() -> None:
    """The number of threads changes no more than rounding."""
    one, two = OnnxInterpreter(MODEL, 1), OnnxInterpreter(MODEL, 2)
    assert one.invoke(NOISE, 1) == pytest.approx(two.invoke(NOISE, 1), abs=1e-6)


@given(st.binary(max_size=300))
def test_random_bytes_are_refused(content: bytes) -> None:
    """Random bytes are a BundleError, not a crash of the process."""
    with pytest.raises(BundleError, match=r"onnxruntime refuses the model|input tensors"):
        OnnxInterpreter(content)


@given(st.integers(0, len(MODEL) - 1), st.integers(0, 255))
def test_a_changed_byte_never_ends_the_process(at: int, byte: int) -> None:
    """A damaged file is refused, or is another model."""
    damaged = bytearray(MODEL)
    damaged[at] = byte
    try:
        OnnxInterpreter(bytes(damaged))
    except BundleError as error:
        assert error.hint  # noqa: PT017 - most files are still models


@given(st.integers(0, len(MODEL) - 1))
def test_a_model_cut_anywhere_is_refused(length: int) -> None:
    """Every prefix of a real model is refused."""
    with pytest.raises(BundleError):
        OnnxInterpreter(MODEL[:length])


def test_an_input_of_another_shape_is_refused() -> None:
    """The runtime names the tensor."""
    with pytest.raises(BundleError, match=r"fails to run the model: .*waveform"):
        OnnxInterpreter(MODEL).invoke(NOISE[:, :-1])


def test_an_operator_that_the_runtime_does_not_know_is_named() -> None:
    """A newer opset, or a library of its own, is the most likely reason for a refusal."""
    sizes = {"waveform": [1, 4]}
    nodes = [Node("Hilbert", ["waveform"], ["out"])]
    with pytest.raises(BundleError, match="Hilbert") as caught:
        OnnxInterpreter(onnx_file(nodes, {}, inputs=sizes, outputs={"out": [1, 4]}))
    assert "opset" in caught.value.hint


def test_a_model_with_two_inputs_is_refused() -> None:
    """A window is one tensor."""
    nodes = [Node("Add", ["a", "b"], ["out"])]
    inputs = {"a": [1, 4], "b": [1, 4]}
    with pytest.raises(BundleError, match="2 input tensors, expected one"):
        OnnxInterpreter(onnx_file(nodes, {}, inputs=inputs, outputs={"out": [1, 4]}))


WITHOUT_RUNTIME = """
import sys
sys.modules["onnxruntime"] = None
from soundpost.classify.onnx_interpreter import OnnxInterpreter
try:
    OnnxInterpreter(b"")
except Exception as error:
    print(type(error).__name__, error, error.hint)
"""


def test_without_the_runtime_the_error_names_the_extra() -> None:
    """A device has it only if its model needs it."""
    printed = subprocess.run(
        [sys.executable, "-c", WITHOUT_RUNTIME], capture_output=True, text=True, check=True
    ).stdout
    assert printed.startswith("BundleError onnxruntime, which runs ONNX models, cannot be imported")
    assert "pip install 'soundpost[onnx]'" in printed


def test_the_runtime_is_not_imported_for_other_bundles() -> None:
    """It takes 25 MB of memory."""
    code = (
        "import sys; from soundpost.classify import Classifier, load_bundle; from pathlib import "
        f"Path; Classifier(load_bundle(Path({str(TINY)!r}))); print('onnxruntime' in sys.modules)"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert printed.stdout.strip() == "False"


def test_the_runtime_writes_nothing_between_the_lines_of_the_daemon(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Neither for a model nor for damaged ones, one with a name that is no UTF-8."""
    OnnxInterpreter(MODEL)
    for damaged in (MODEL[:99], MODEL.replace(b"rectified", b"r\x80ctified", 1)):
        with pytest.raises(BundleError, match="refuses the model"):
            OnnxInterpreter(damaged)
    assert capfd.readouterr() == ("", "")
