"""The ONNX runtime: onnxruntime, an extra; the only file that imports it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from numpy.typing import NDArray

from soundpost.classify.runtime import VARIABLE, ModelRuntime, TensorInfo
from soundpost.errors import BundleError

ERRORS_ONLY = 3
"""onnxruntime's level of its log; warnings about a graph's optimisation are of no use here."""

_DTYPES = {
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
    "tensor(double)": "float64",
    "tensor(int8)": "int8",
    "tensor(uint8)": "uint8",
    "tensor(int32)": "int32",
    "tensor(int64)": "int64",
}
"""numpy's names of ONNX types; others keep their ONNX name, and no manifest can name them."""


class OnnxInterpreter(ModelRuntime):
    """Runs an ONNX model on the CPU.

    Args:
        model: Content of an ONNX file.
        threads: Threads for one inference.

    Raises:
        BundleError: onnxruntime is not installed, or rejects the model.
    """

    def __init__(self, model: bytes, threads: int = 1) -> None:
        runtime = load_runtime()
        with _explained("refuses the model"):
            # Its fallback would print to stdout, and try the same provider again.
            self._session = runtime.InferenceSession(
                model,
                _options(runtime, threads),
                providers=["CPUExecutionProvider"],
                enable_fallback=0,
            )
        inputs = [_tensor(*item) for item in enumerate(self._session.get_inputs())]
        if len(inputs) != 1:
            raise BundleError(
                f"the model has {len(inputs)} input tensors, expected one",
                hint="export a model that takes one window and gives a value for each label",
            )
        (self.input,) = inputs
        self.outputs = tuple(_tensor(*item) for item in enumerate(self._session.get_outputs()))

    def run(self, values: NDArray[Any], positions: Sequence[int]) -> list[NDArray[Any]]:
        """Computes outputs for an input; what only other outputs need is not computed."""
        names = [self.outputs[at].name for at in positions]
        with _explained("fails to run the model"):
            results: list[NDArray[Any]] = self._session.run(names, {self.input.name: values})
        return results


def load_runtime() -> Any:  # noqa: ANN401 - onnxruntime publishes no types
    """Returns the module.

    Raises:
        BundleError: It is not installed.
    """
    try:
        import onnxruntime  # noqa: PLC0415 - an extra that only ONNX bundles need
    except ImportError as error:
        raise BundleError(
            f"onnxruntime, which runs ONNX models, cannot be imported: {error}",
            hint="pip install 'soundpost[onnx]'",
        ) from error
    onnxruntime.disable_telemetry_events()
    return onnxruntime


def _options(runtime: Any, threads: int) -> Any:  # noqa: ANN401 - onnxruntime publishes no types
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = ERRORS_ONLY
    # Its memory arena stays on. It never gives memory back (microsoft/onnxruntime#11627), but all
    # windows have one size, so it stops growing after the first: mn04 took 87 MB with it, 93 to
    # 96 MB and up to 7 % longer without (onnxruntime 1.32).
    # Threads that spin between two windows would keep a core of the board busy.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def _tensor(index: int, reported: Any) -> TensorInfo:  # noqa: ANN401 - onnxruntime publishes no types
    # A size that the file leaves open is a name or None.
    sizes = (size if isinstance(size, int) else VARIABLE for size in reported.shape)
    dtype = _DTYPES.get(reported.type, reported.type)
    return TensorInfo(index, tuple(sizes), dtype, 0.0, 0, name=reported.name)


@contextmanager
def _explained(problem: str) -> Iterator[None]:
    """Turns each exception class of onnxruntime, which share no base, into BundleError.

    A message that quotes a damaged name is no UTF-8, and is raised as UnicodeDecodeError.
    """
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
        UnicodeDecodeError,
    ) as error:
        reason = str(error).strip().partition("\n")[0]
        raise BundleError(
            f"onnxruntime {problem}: {reason}",
            hint="export the bundle again, with an opset that this onnxruntime supports",
        ) from error
