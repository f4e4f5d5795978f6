"""The process that runs a foreign model: whatever happens in it is one error."""

import importlib.util
import os
import signal
from pathlib import Path

import numpy as np
import pytest
from foreign_files import SAMPLES, linear_model, slow_model

from soundpost.classify.interpreter import Interpreter
from soundpost.errors import BundleImportError
from soundpost.importer.metadata import TfliteMetadata
from soundpost.importer.runtime import Limits, ModelFile, Sandbox, read_model_file

GOLDEN = Path(__file__).resolve().parents[4] / "golden"
TINY = GOLDEN / "tiny-float" / "model.tflite"
SHAPE = (1, 16, 64, 1)

needs_onnx = pytest.mark.skipif(
    importlib.util.find_spec("onnxruntime") is None,
    reason="onnxruntime is an extra; a device has it only if its bundle is ONNX",
)


def onnx(content: bytes) -> ModelFile:
    """Returns an ONNX model."""
    return ModelFile(Path("model.onnx"), content, "onnx", TfliteMetadata())


def test_it_gives_what_the_runtime_gives() -> None:
    """To the bit, with the tensors that the runtime reports."""
    values = np.random.default_rng(0).normal(0, 1, SHAPE).astype(np.float32)
    bare = Interpreter(TINY.read_bytes())
    with Sandbox(read_model_file(TINY)) as sandbox:
        assert sandbox.input == bare.input
        assert sandbox.outputs == bare.outputs
        (scores,) = sandbox.run(values, [0])
        assert np.array_equal(scores, bare.invoke(values))
        (again,) = sandbox.run(values, [0])
        assert np.array_equal(scores, again)


@pytest.mark.parametrize("content", [b"\x1c\0\0\0TFL3", TINY.read_bytes()[:1_000]])
def test_a_file_that_the_runtime_refuses_is_an_error(content: bytes) -> None:
    """With the runtime's own reason."""
    model = ModelFile(Path("cut.tflite"), content, "tflite", TfliteMetadata())
    with pytest.raises(BundleImportError, match=r"cut\.tflite: the TFLite runtime refuses"):
        Sandbox(model)


def test_a_crash_is_an_error() -> None:
    """The signal is named."""
    with Sandbox(read_model_file(TINY)) as sandbox:
        os.kill(sandbox.pid, signal.SIGSEGV)
        with pytest.raises(BundleImportError, match=r"could not run the model: .*SIGSEGV"):
            sandbox.run(np.zeros(SHAPE, np.float32), [0])


def test_a_process_that_does_not_answer_is_killed() -> None:
    """After the time that a request may take."""
    with Sandbox(read_model_file(TINY)) as sandbox:
        sandbox.limits = Limits(wall_seconds=0.3)
        os.kill(sandbox.pid, signal.SIGSTOP)
        with pytest.raises(BundleImportError, match=r"took longer than 0\.3 s"):
            sandbox.run(np.zeros(SHAPE, np.float32), [0])
        pid = sandbox.pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_an_input_of_another_shape_is_an_error() -> None:
    """The process lives on."""
    with Sandbox(read_model_file(TINY)) as sandbox:
        with pytest.raises(BundleImportError, match="Dimension mismatch"):
            sandbox.run(np.zeros((1, 8, 64, 1), np.float32), [0])
        assert len(sandbox.run(np.zeros(SHAPE, np.float32), [0])) == 1


def test_too_little_memory_is_an_error() -> None:
    """Python itself does not start in 30 MB."""
    with pytest.raises(BundleImportError, match=r"could not load the model: .*may take 30 MB"):
        Sandbox(read_model_file(TINY), limits=Limits(memory_bytes=30_000_000))


@needs_onnx
def test_a_model_that_takes_all_memory_is_an_error() -> None:
    """4,000 by 4,000 values take 64 MB each; the process may take little more than its start."""
    model = onnx(slow_model(20_000, 1))
    with (
        Sandbox(model, limits=Limits(memory_bytes=1_200_000_000)) as sandbox,
        pytest.raises(BundleImportError, match=r"memory|allocate|crashed"),
    ):
        sandbox.run(np.ones((1, 20_000), np.float32), [0])


@needs_onnx
def test_a_model_that_computes_for_ever_is_ended() -> None:
    """By its processor time, however busy the machine is."""
    model = onnx(slow_model(3_000, 40))
    with (
        Sandbox(model, limits=Limits(processor_seconds=1)) as sandbox,
        pytest.raises(BundleImportError, match="more than 1 s of processor time"),
    ):
        sandbox.run(np.ones((1, 3_000), np.float32), [0])


@needs_onnx
def test_several_outputs_are_given_by_their_positions() -> None:
    """In the order of the request."""
    with Sandbox(onnx(linear_model({"a": 2, "b": 3}))) as sandbox:
        assert [tensor.name for tensor in sandbox.outputs] == ["a", "b"]
        found = sandbox.run(np.zeros((1, SAMPLES), np.float32), [1, 0])
        assert [array.shape for array in found] == [(1, 3), (1, 2)]
