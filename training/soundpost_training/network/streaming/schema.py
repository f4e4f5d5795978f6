"""Reads and writes TFLite files as objects, by the classes that TensorFlow generates."""

from functools import cache
from typing import Any

import flatbuffers

from soundpost_training.network.pretrained.tflite_tables import IDENTIFIER

_FIRST_BYTES = 1 << 20
"""A builder begins with this much memory, enough for the networks of a device."""

Model = Any
"""A ModelT of the schema; TensorFlow publishes no types."""


def schema() -> Any:  # noqa: ANN401 - see Model
    """Returns the module of the classes."""
    from tensorflow.lite.python import schema_py_generated  # noqa: PLC0415 - takes seconds

    return schema_py_generated


def read_model(content: bytes) -> Model:
    """Returns the objects of a TFLite file.

    Tables that several graphs refer to, such as those of weights, are written once.
    """
    classes = schema()
    model = classes.ModelT.InitFromObj(classes.Model.GetRootAs(content, 0))
    for graph in model.subgraphs:
        for tensor in graph.tensors:
            _write_once(tensor)
            if tensor.quantization is not None:
                _write_once(tensor.quantization)
    return model


def write_model(model: Model) -> bytes:
    """Returns the TFLite file of these objects."""
    builder = flatbuffers.Builder(_FIRST_BYTES)
    builder.Finish(model.Pack(builder), IDENTIFIER)
    return bytes(builder.Output())


def _write_once(table: Any) -> None:  # noqa: ANN401 - see Model
    """Makes a table give its place in the file if it is written again."""
    table.Pack = cache(table.Pack)
