"""Inference of ONNX models by onnxruntime; the only file that imports it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from soundpost.system.regular_file import read_regular
from soundpost_training.errors import TrainingError

LARGEST_MODEL_BYTES = 200_000_000
"""Twenty times mn04; a larger file was named by mistake, and would be read into memory."""

ERRORS_ONLY = 3
"""onnxruntime's level of its log; warnings about a graph's optimisation are of no use here."""


class OnnxModel:
    """A model with named inputs and outputs, run on the CPU.

    Args:
        path: An ONNX file.
        threads: Threads of one inference. One by default: results are then the same on each run,
            and other processes keep their cores.

    Attributes:
        path: The file.
        inputs: Names of its inputs.
        outputs: Names of its outputs.

    Raises:
        TrainingError: onnxruntime is not installed, or the file is missing or not an ONNX model.
    """

    def __init__(self, path: Path, threads: int = 1) -> None:
        try:
            import onnxruntime  # noqa: PLC0415 - an extra that only teachers need
        except ImportError as error:
            raise TrainingError(
                f"{path} needs onnxruntime, which cannot be imported: {error}",
                hint="pip install 'soundpost[teacher]'",
            ) from error
        try:
            content = read_regular(path, LARGEST_MODEL_BYTES)
        except OSError as error:
            raise TrainingError(
                f"expected an ONNX model at {path}, got {error.strerror or error}",
                hint="put the model there, or set SOUNDPOST_DATA to the folder that has it",
            ) from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = threads
        options.log_severity_level = ERRORS_ONLY
        self.path = path
        with self._explained("load"):
            self._session = onnxruntime.InferenceSession(
                content, options, providers=["CPUExecutionProvider"]
            )
        self.inputs = tuple(item.name for item in self._session.get_inputs())
        self.outputs = tuple(item.name for item in self._session.get_outputs())

    def run(self, inputs: dict[str, NDArray[np.float32]]) -> dict[str, NDArray[Any]]:
        """Returns all outputs by their names.

        Args:
            inputs: An array for each of the model's inputs.

        Raises:
            TrainingError: The model does not accept these inputs.
        """
        with self._explained("run"):
            results = self._session.run(None, inputs)
        return dict(zip(self.outputs, results, strict=True))

    @contextmanager
    def _explained(self, action: str) -> Iterator[None]:
        """Turns each exception class of onnxruntime, which share no base, into TrainingError."""
        from onnxruntime.capi import onnxruntime_pybind11_state as state  # noqa: PLC0415 - as above

        try:
            yield
        except (
            state.EPFail,
            state.Fail,
            state.InvalidArgument,
            state.InvalidGraph,
            state.InvalidProtobuf,
            state.NotImplemented,
            state.RuntimeException,
        ) as error:
            reason = str(error).strip().partition("\n")[0]
            raise TrainingError(
                f"onnxruntime cannot {action} {self.path}: {reason}",
                hint="the file is damaged or is another model; download it again",
            ) from error
