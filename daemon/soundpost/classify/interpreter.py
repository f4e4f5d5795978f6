"""The TFLite interpreter: LiteRT, or tflite-runtime where LiteRT has no wheel."""

import importlib
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from soundpost.classify.native_log import captured_native_log
from soundpost.errors import BundleError
from soundpost.system.units import BYTES_PER_MEGABYTE

RUNTIMES = ("ai_edge_litert.interpreter", "tflite_runtime.interpreter")
"""In order of preference: LiteRT is maintained, and five times faster in int8 by its XNNPACK
kernels. The two round some int8 values differently; see `soundpost.classify.golden`."""


MOST_TENSOR_BYTES = 500_000_000
"""Of all tensors of a model together; the runtime shares memory between most of them. YAMNet's have
a tenth of it, and the service may use 512 MB (MemoryMax=)."""


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """A tensor as the interpreter reports it.

    Attributes:
        index: Its number within the model.
        shape: Its dimensions.
        dtype: Its numpy name, such as `int8`.
        scale: Step between quantised values; 0 for a float tensor.
        zero_point: The quantised value of 0.
    """

    index: int
    shape: tuple[int, ...]
    dtype: str
    scale: float
    zero_point: int


class Interpreter:
    """Runs a model with one input and one output.

    Args:
        model: Content of a TFLite file.
        threads: Threads for one inference.

    Raises:
        BundleError: No runtime is installed, or the runtime rejects the model.
    """

    def __init__(self, model: bytes, threads: int = 1) -> None:
        runtime = _load_runtime()
        try:
            with captured_native_log():
                self._runtime = runtime(model_content=model, num_threads=threads)
                _refuse_huge(self._runtime.get_tensor_details())
                self._runtime.allocate_tensors()
        except (ValueError, RuntimeError, MemoryError) as error:
            raise BundleError(
                f"the TFLite runtime refuses the model: {_first_line(error)}",
                hint="export the bundle again with a converter that this runtime supports",
            ) from error
        except SystemError as error:  # raised by tflite-runtime 2.14 with numpy 2
            raise BundleError(
                f"{runtime.__module__} does not work with numpy {np.__version__}",
                hint="pip install ai-edge-litert, or numpy below 2",
            ) from error
        self.input = _sole_tensor("input", self._runtime.get_input_details())
        self.output = _sole_tensor("output", self._runtime.get_output_details())

    def invoke(self, values: NDArray[Any]) -> NDArray[Any]:
        """Computes the output for an input, copied out of the interpreter's memory.

        Args:
            values: `input.dtype`[`input.shape`].

        Returns:
            `output.dtype`[`output.shape`].

        Raises:
            BundleError: The runtime fails to run the model.
        """
        self._runtime.set_tensor(self.input.index, values)
        try:
            self._runtime.invoke()
        except RuntimeError as error:
            raise BundleError(
                f"the TFLite runtime fails to run the model: {_first_line(error)}",
                hint="export the bundle again with a converter that this runtime supports",
            ) from error
        result: NDArray[Any] = self._runtime.get_tensor(self.output.index)
        return result


def _load_runtime() -> Any:  # noqa: ANN401 - neither runtime publishes types
    reasons = []
    for name in RUNTIMES:
        try:
            return importlib.import_module(name).Interpreter
        except ImportError as error:
            reasons.append(f"{name.split('.')[0]}: {error}")
    raise BundleError(
        f"no TFLite runtime can be imported ({'; '.join(reasons)})",
        hint="pip install ai-edge-litert, or tflite-runtime with numpy below 2",
    )


def _refuse_huge(tensors: list[dict[str, Any]]) -> None:
    """Raises BundleError for tensors that a small board has no memory for, before it is taken."""
    total_bytes = sum(
        prod(int(size) for size in tensor["shape"]) * np.dtype(tensor["dtype"]).itemsize
        for tensor in tensors
    )
    if total_bytes > MOST_TENSOR_BYTES:
        raise BundleError(
            f"the model needs up to {total_bytes / BYTES_PER_MEGABYTE:.0f} MB for its tensors, at "
            f"most {MOST_TENSOR_BYTES / BYTES_PER_MEGABYTE:.0f} MB expected",
            hint="the file is damaged, or the model is not for small boards; use another bundle",
        )


def _sole_tensor(side: str, details: list[dict[str, Any]]) -> TensorInfo:
    if len(details) != 1:
        raise BundleError(
            f"the model has {len(details)} {side} tensors, expected one",
            hint="export a model that takes one window and gives one row of logits",
        )
    detail = details[0]
    scale, zero_point = detail["quantization"]
    return TensorInfo(
        index=int(detail["index"]),
        shape=tuple(int(size) for size in detail["shape"]),
        dtype=np.dtype(detail["dtype"]).name,
        scale=float(scale),
        zero_point=int(zero_point),
    )


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
