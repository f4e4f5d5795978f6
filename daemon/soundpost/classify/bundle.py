"""Loads a bundle and verifies that it is complete."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from soundpost.errors import BundleError
from soundpost.manifest import (
    GOLDEN_FILE,
    MODEL_FILE,
    ONNX_FILE,
    RANGE_FILE,
    Artifact,
    Manifest,
    read_manifest,
)
from soundpost.system.regular_file import read_regular, refuse_irregular


@dataclass(frozen=True, slots=True)
class Bundle:
    """A model folder whose files match its manifest.

    Attributes:
        folder: Its path.
        manifest: The description of the model, from training.
        model: The bytes of the TFLite or ONNX file, as the manifest's `runtime` says.
        range_model: The bytes of the TFLite file that scores which labels occur at a place; None
            if the manifest names none.
    """

    folder: Path
    manifest: Manifest
    model: bytes = field(repr=False)
    range_model: bytes | None = field(default=None, repr=False)


def load_bundle(folder: Path) -> Bundle:
    """Loads a bundle and verifies every byte of its models and golden vectors.

    Raises:
        BundleError: The manifest cannot be used (see `read_manifest`), or a file is missing, cut
            short, swapped with another, or not the one that the manifest was written for.
    """
    manifest = read_manifest(folder)
    model_file = MODEL_FILE if manifest.runtime == "tflite" else ONNX_FILE
    artifacts = {model_file: manifest.model, GOLDEN_FILE: manifest.golden}
    if manifest.range is not None:
        artifacts[RANGE_FILE] = manifest.range.model
    contents = {name: _read_verified(folder / name, artifacts) for name in artifacts}
    return Bundle(folder, manifest, contents[model_file], contents.get(RANGE_FILE))


def _read_verified(path: Path, artifacts: Mapping[str, Artifact]) -> bytes:
    expected = artifacts[path.name]
    hint = "copy or export the whole bundle again"
    try:
        refuse_irregular(path)
        size = path.stat().st_size
        # A file of another size is read only if it can be another file of the bundle.
        is_plausible = size <= max(artifact.bytes for artifact in artifacts.values())
        content = read_regular(path, size) if is_plausible else b""
    except OSError as error:
        raise BundleError(f"{path} cannot be read: {error.strerror}", hint=hint) from error
    sha256 = hashlib.sha256(content).hexdigest()
    if sha256 == expected.sha256 and len(content) == expected.bytes:
        return content
    for other, artifact in artifacts.items():
        if sha256 == artifact.sha256:
            raise BundleError(
                f"{path} is swapped: it is {other} of the bundle", hint="exchange the two names"
            )
    if size < expected.bytes:
        problem = f"is cut short: expected {expected.bytes} bytes, got {size}"
    elif size > expected.bytes:
        problem = f"is another file: expected {expected.bytes} bytes, got {size}"
    else:
        problem = f"is damaged or another file: expected sha256 {expected.sha256}, got {sha256}"
    raise BundleError(f"{path} {problem}", hint=hint)
