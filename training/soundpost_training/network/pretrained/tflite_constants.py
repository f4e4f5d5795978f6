"""Reads the constants of a TFLite file without a TFLite runtime."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from soundpost_training.errors import TrainingError
from soundpost_training.network.pretrained.tflite_tables import (
    DAMAGED,
    GRAPH_TENSORS,
    IDENTIFIER,
    MODEL_BUFFERS,
    MODEL_SUBGRAPHS,
    TENSOR_NAME,
    FlatTable,
    dequantised,
    tensor_values,
)

Real = NDArray[np.float32]

DTYPES: dict[int, type[np.generic]] = {0: np.float32, 9: np.int8}
"""Element types of weights by TensorType. Other types, such as int32 shapes, are skipped."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A named weight, dequantised.

    Attributes:
        name: As the converter wrote it.
        values: float32, axes in the order of the file.
    """

    name: str
    values: Real


def tflite_constants(path: Path) -> list[Constant]:
    """Returns the weights of a TFLite file, stored as float32 or int8, in the order of the file.

    Raises:
        TrainingError: The file cannot be read or is not TFLite.
    """
    hint = "name a .tflite file, such as yamnet_weights.tflite"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise TrainingError(f"{path} cannot be read: {error.strerror}", hint=hint) from error
    if content[4:8] != IDENTIFIER:
        raise TrainingError(f"{path} cannot be read as TFLite", hint=hint)
    try:
        return list(_constants(content))
    except DAMAGED as error:
        raise TrainingError(f"{path} is damaged: {error}", hint="copy it again") from error


def _constants(content: bytes) -> Iterator[Constant]:
    model = FlatTable.root(content)
    buffers = model.children(MODEL_BUFFERS)
    for tensor in model.children(MODEL_SUBGRAPHS)[0].children(GRAPH_TENSORS):
        values = tensor_values(tensor, buffers, DTYPES)
        if values is not None:
            yield Constant(tensor.text(TENSOR_NAME), dequantised(values, tensor))
