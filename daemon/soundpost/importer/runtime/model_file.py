"""The file of a foreign model: its content, and the runtime that it is for."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from soundpost.errors import BundleImportError
from soundpost.importer.metadata import TfliteMetadata, read_tflite_metadata
from soundpost.importer.metadata.tflite import IDENTIFIER
from soundpost.system.regular_file import read_regular

LARGEST_BYTES = 256_000_000
"""The most that a manifest allows; five times BirdNET's model."""

RuntimeName = Literal["tflite", "onnx"]

_OTHER_FORMATS = {
    b"\x89HDF": "a Keras model (HDF5); convert it with tf.lite.TFLiteConverter",
    b"PK\x03\x04": "a zip file, such as of Keras or PyTorch; convert it to TFLite or ONNX",
    b"version https://git-lfs": "a pointer of Git LFS; run `git lfs pull` where it came from",
    b"<!DOCTYPE": "a web page; download the file itself",
    b"<html": "a web page; download the file itself",
}
"""Formats that are given by mistake, by their first bytes."""
_ONNX_START = b"\x08"
"""The field `ir_version`, which exporters write first (onnx.proto)."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A foreign model that was read into memory.

    Attributes:
        path: The file.
        content: Its bytes.
        runtime: The runtime that it is for.
        metadata: Its metadata; empty for ONNX.
    """

    path: Path
    content: bytes = field(repr=False)
    runtime: RuntimeName
    metadata: TfliteMetadata


def read_model_file(path: Path) -> ModelFile:
    """Reads the file of a model, and finds its format.

    Raises:
        BundleImportError: It cannot be read, or is neither TFLite nor ONNX.
    """
    if path.is_dir():
        raise BundleImportError(
            f"{path}: expected a TFLite or ONNX file, got a folder",
            hint="name the file; a SavedModel of TensorFlow is converted with "
            "tf.lite.TFLiteConverter.from_saved_model",
        )
    try:
        content = read_regular(path, LARGEST_BYTES)
    except OSError as error:
        raise BundleImportError(
            f"{path} cannot be read: {error.strerror}", hint="give a TFLite or ONNX file"
        ) from error
    if content[4:8] == IDENTIFIER:
        return ModelFile(path, content, "tflite", read_tflite_metadata(content))
    is_onnx = path.suffix.lower() == ".onnx" or content.startswith(_ONNX_START)
    known = next((text for start, text in _OTHER_FORMATS.items() if content.startswith(start)), "")
    if is_onnx and content and not known:
        return ModelFile(path, content, "onnx", TfliteMetadata())
    raise BundleImportError(
        f"{path}: expected a TFLite or ONNX file, got {known or _described(content)}",
        hint="give the file as it was published; it must not be cut",
    )


def _described(content: bytes) -> str:
    return f"a file that begins with {content[:8]!r}" if content else "an empty file"
