"""Loads a bundle and verifies that it is complete."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from soundpost.errors import BundleError
from soundpost.manifest import GOLDEN_FILE, MODEL_FILE, Artifact, Manifest, read_manifest
from soundpost.system.regular_file import read_regular, refuse_irregular


@dataclass(frozen=True, slots=True)
class Bundle:
    """A model folder whose files match its manifest.

    Attributes:
        folder: Its path.
        manifest: The description of the model, from training.
        model: The bytes of the TFLite file.
    """

    folder: Path
    manifest: Manifest
    model: bytes = field(repr=False)


def load_bundle(folder: Path) -> Bundle:
    """Loads a bundle and verifies every byte of its model and golden vectors.

    Raises:
        BundleError: The manifest cannot be used (see `read_manifest`), or a file is missing, cut
            short, swapped with the other, or not the one that the manifest was written for.
    """
    manifest = read_manifest(folder)
    model = _read_verified(folder / MODEL_FILE, manifest.model, manifest.golden)
    _read_verified(folder / GOLDEN_FILE, manifest.golden, manifest.model)
    return Bundle(folder=folder, manifest=manifest, model=model)


def _read_verified(path: Path, expected: Artifact, other: Artifact) -> bytes:
    hint = "copy or export the whole bundle again"
    try:
        refuse_irregular(path)
        size = path.stat().st_size
        # A file of another size is read only if it can be the other file of the bundle.
        is_plausible = size <= max(expected.bytes, other.bytes)
        content = read_regular(path, size) if is_plausible else b""
    except OSError as error:
        raise BundleError(f"{path} cannot be read: {error.strerror}", hint=hint) from error
    sha256 = hashlib.sha256(content).hexdigest()
    if sha256 == expected.sha256 and len(content) == expected.bytes:
        return content
    if sha256 == other.sha256:
        raise BundleError(
            f"{path} is swapped: it is the other file of the bundle", hint="exchange the two names"
        )
    if size < expected.bytes:
        problem = f"is cut short: expected {expected.bytes} bytes, got {size}"
    elif size > expected.bytes:
        problem = f"is another file: expected {expected.bytes} bytes, got {size}"
    else:
        problem = f"is damaged or another file: expected sha256 {expected.sha256}, got {sha256}"
    raise BundleError(f"{path} {problem}", hint=hint)
