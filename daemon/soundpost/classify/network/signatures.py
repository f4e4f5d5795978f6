"""Runs the signatures of a TFLite file: graphs of their own that share weights."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from soundpost.classify.interpreter import RUNTIME_ERRORS, open_runtime, runtime_error, tensor_info
from soundpost.classify.runtime import TensorInfo
from soundpost.errors import BundleError

Values = Mapping[str, NDArray[Any]]


class Signature:
    """A graph of a model with named inputs and outputs.

    Args:
        runner: As the runtime returns it.

    Attributes:
        inputs: By name.
        outputs: By name.
    """

    def __init__(self, runner: Any) -> None:  # noqa: ANN401 - neither runtime publishes types
        self._runner = runner
        self.inputs = _tensors(runner.get_input_details())
        self.outputs = _tensors(runner.get_output_details())

    def run(self, values: Values) -> dict[str, NDArray[Any]]:
        """Computes all outputs, copied out of the runtime's memory.

        Args:
            values: Of each input, `dtype`[`shape`].

        Raises:
            BundleError: The runtime fails to run the graph.
        """
        try:
            results: dict[str, NDArray[Any]] = self._runner(**values)
        except RUNTIME_ERRORS as error:  # not the context manager, which takes a twentieth as long
            raise runtime_error("fails to run the model", error) from error
        return results


class SignatureInterpreter:
    """Runs the signatures of a TFLite model.

    Args:
        model: Content of a TFLite file.
        threads: Threads for one inference.

    Raises:
        BundleError: No runtime is installed, or the runtime rejects the model.
    """

    def __init__(self, model: bytes, threads: int) -> None:
        self._runtime = open_runtime(model, threads)

    def signature(self, name: str) -> Signature:
        """Returns a signature by its name.

        Raises:
            BundleError: The model has no signature of that name.
        """
        if name not in self._runtime.get_signature_list():
            raise BundleError(
                f"the model has no signature {name!r}, which its manifest promises",
                hint="copy or export the whole bundle again",
            )
        return Signature(self._runtime.get_signature_runner(name))


def _tensors(details: Mapping[str, dict[str, Any]]) -> dict[str, TensorInfo]:
    return {name: tensor_info(detail) for name, detail in details.items()}
