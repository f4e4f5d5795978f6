"""ONNX models of training, whose inputs and outputs have names; run as the daemon runs them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from soundpost.classify.onnx_interpreter import OnnxInterpreter, load_runtime
from soundpost.errors import BundleError
from soundpost.system.regular_file import read_regular
from soundpost_training.errors import TrainingError

LARGEST_MODEL_BYTES = 200_000_000
"""Twenty times mn04; a larger file was named by mistake, and would be read into memory."""


class OnnxModel:
    """A model with a named input and named outputs, run on the CPU.

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
        with _explained(f"{path} needs onnxruntime", "pip install 'soundpost[teacher]'"):
            load_runtime()
        try:
            content = read_regular(path, LARGEST_MODEL_BYTES)
        except OSError as error:
            raise TrainingError(
                f"expected an ONNX model at {path}, got {error.strerror or error}",
                hint="put the model there, or set SOUNDPOST_DATA to the folder that has it",
            ) from error
        self.path = path
        with self._explained("load"):
            self._interpreter = OnnxInterpreter(content, threads)
        self.inputs = (self._interpreter.input.name,)
        self.outputs = tuple(output.name for output in self._interpreter.outputs)

    def run(self, inputs: dict[str, NDArray[np.float32]]) -> dict[str, NDArray[Any]]:
        """Returns all outputs by their names.

        Args:
            inputs: An array for the model's input, by its name.

        Raises:
            TrainingError: The model does not accept this input.
        """
        (name,) = self.inputs
        with self._explained("run"):
            results = self._interpreter.run(inputs[name], range(len(self.outputs)))
        return dict(zip(self.outputs, results, strict=True))

    @contextmanager
    def _explained(self, action: str) -> Iterator[None]:
        hint = "the file is damaged or is another model; download it again"
        with _explained(f"onnxruntime cannot {action} {self.path}", hint):
            yield


@contextmanager
def _explained(problem: str, hint: str) -> Iterator[None]:
    """Turns errors of the runtime into TrainingError."""
    try:
        yield
    except BundleError as error:
        raise TrainingError(f"{problem}: {error}", hint=hint) from error
