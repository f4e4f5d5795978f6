"""The interface of the libraries that run a model, whatever the format of its file."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

VARIABLE = -1
"""In a shape: a size that the file leaves open."""


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """A tensor as the runtime reports it.

    Attributes:
        index: Its number within the model.
        shape: Its dimensions; `VARIABLE` for one that the file leaves open.
        dtype: Its numpy name, such as `int8`.
        scale: Step between quantised values; 0 for a float tensor.
        zero_point: The quantised value of 0.
        name: Its name in the model; not compared.
    """

    index: int
    shape: tuple[int, ...]
    dtype: str
    scale: float
    zero_point: int
    name: str = field(default="", compare=False)


class ModelRuntime(ABC):
    """Runs a model with one input and one output or several.

    Attributes:
        input: The input.
        outputs: The outputs, in the order of the model.
    """

    input: TensorInfo
    outputs: tuple[TensorInfo, ...]

    @property
    def output(self) -> TensorInfo:
        """The first output, which is the only one of most models."""
        return self.outputs[0]

    @abstractmethod
    def run(self, values: NDArray[Any], positions: Sequence[int]) -> list[NDArray[Any]]:
        """Computes outputs for an input, copied out of the runtime's memory.

        Args:
            values: `input.dtype`[`input.shape`].
            positions: Of the outputs that are returned, among `outputs`.

        Returns:
            An array of each output's dtype and shape.

        Raises:
            BundleError: The runtime fails to run the model.
        """

    def invoke(self, values: NDArray[Any], position: int = 0) -> NDArray[Any]:
        """Computes one output for an input, as `run` does."""
        return self.run(values, (position,))[0]
