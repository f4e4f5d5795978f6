"""The TFLite interpreter: LiteRT, or tflite-runtime where LiteRT has no wheel."""

import importlib
from collections.abc import Sequence
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from soundpost.classify.native_log import captured_native_log
from soundpost.classify.runtime import VARIABLE, ModelRuntime, TensorInfo
from soundpost.errors import BundleError
from soundpost.system.units import BYTES_PER_MEGABYTE

RUNTIMES = ("ai_edge_litert.interpreter", "tflite_runtime.interpreter")
"""In order of preference: LiteRT is maintained, and five times faster in int8 by its XNNPACK
kernels. The two round some int8 values differently; see `soundpost.classify.golden`."""

RUNTIME_ERRORS = (ValueError, RuntimeError, MemoryError)
"""Exceptions of both, whatever is wrong with a model."""

MOST_OUTPUTS = 101
"""The manifest's position of an output is at most 100."""

MOST_TENSOR_BYTES = 500_000_000
"""Of all tensors of a model together; the runtime shares memory between most of them. YAMNet's have
a tenth of it, and a small board has 512 MB."""


class Interpreter(ModelRuntime):
    """Runs a TFLite model.

    Args:
        model: Content of a TFLite file.
        threads: Threads for one inference.
        input_shape: The shape of the input, for a model that leaves its size open; None for the
            one in the file.

    Raises:
        BundleError: No runtime is installed, or the runtime rejects the model.
    """

    def __init__(
        self, model: bytes, threads: int = 1, input_shape: Sequence[int] | None = None
    ) -> None:
        self._runtime = open_runtime(model, threads, input_shape)
        (self.input,) = _tensors(self._runtime.get_input_details(), "input", most=1)
        if input_shape is not None and VARIABLE in self.input.shape:
            self.input = replace(self.input, shape=tuple(input_shape))
        self.outputs = _tensors(self._runtime.get_output_details(), "output", most=MOST_OUTPUTS)

    def run(self, values: NDArray[Any], positions: Sequence[int]) -> list[NDArray[Any]]:
        """Computes outputs for an input, copied out of the interpreter's memory."""
        self._runtime.set_tensor(self.input.index, values)
        try:
            self._runtime.invoke()
        except RUNTIME_ERRORS as error:
            raise runtime_error("fails to run the model", error) from error
        return [self._runtime.get_tensor(self.outputs[at].index) for at in positions]


def open_runtime(model: bytes, threads: int, input_shape: Sequence[int] | None = None) -> Any:  # noqa: ANN401 - neither runtime publishes types
    """Returns the runtime's interpreter of a TFLite file, with its memory allocated.

    Args:
        model: Content of the file.
        threads: Threads for one inference.
        input_shape: The shape of an input whose size the file leaves open.

    Raises:
        BundleError: No runtime is installed, or the runtime rejects the model.
    """
    interpreter = _load_runtime()
    try:
        with captured_native_log():
            runtime = interpreter(model_content=model, num_threads=threads)
            _refuse_huge(_all_tensors(runtime))
            if input_shape is not None:
                _resize(runtime, input_shape)
            runtime.allocate_tensors()
            return runtime
    except RUNTIME_ERRORS as error:
        raise runtime_error("refuses the model", error) from error
    except SystemError as error:  # raised by tflite-runtime 2.14 with numpy 2
        raise BundleError(
            f"{interpreter.__module__} does not work with numpy {np.__version__}",
            hint="pip install ai-edge-litert, or numpy below 2",
        ) from error


def runtime_error(problem: str, error: Exception) -> BundleError:
    """Returns the error for an exception of a runtime, one of `RUNTIME_ERRORS`."""
    return BundleError(
        f"the TFLite runtime {problem}: {_first_line(error)}",
        hint="export the bundle again with a converter that this runtime supports",
    )


def _resize(runtime: Any, shape: Sequence[int]) -> None:  # noqa: ANN401 - as above
    """Gives inputs of variable size their shape; the others keep that of the file."""
    for detail in runtime.get_input_details():
        if VARIABLE in detail["shape_signature"]:
            runtime.resize_tensor_input(detail["index"], list(shape))


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


def _all_tensors(runtime: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - as above
    """Returns the tensors of all graphs; tflite-runtime 2.14 shows those of the first one only."""
    if not hasattr(runtime, "num_subgraphs"):
        return list(runtime.get_tensor_details())
    return [
        tensor
        for graph in range(runtime.num_subgraphs())
        for tensor in runtime.get_tensor_details(graph)
    ]


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


def _tensors(details: list[dict[str, Any]], side: str, most: int) -> tuple[TensorInfo, ...]:
    if not 1 <= len(details) <= most:
        raise BundleError(
            f"the model has {len(details)} {side} tensors, expected "
            f"{'one' if most == 1 else f'1 to {most}'}",
            hint="export a model that takes one window and gives a value for each label",
        )
    return tuple(tensor_info(detail) for detail in details)


def tensor_info(detail: dict[str, Any]) -> TensorInfo:
    """Returns a tensor as a runtime describes it."""
    scale, zero_point = detail["quantization"]
    return TensorInfo(
        index=int(detail["index"]),
        shape=tuple(int(size) for size in detail["shape_signature"]),
        dtype=np.dtype(detail["dtype"]).name,
        scale=float(scale),
        zero_point=int(zero_point),
        name=str(detail["name"]),
    )


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
