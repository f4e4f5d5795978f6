"""Finds a bundle and verifies that it is complete."""

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

from soundpost.errors import BundleError
from soundpost.manifest import GOLDEN_FILE, MODEL_FILE, Artifact, Manifest, read_manifest

MODELS_VARIABLE = "SOUNDPOST_MODELS"
SYSTEM_MODELS = Path("/usr/share/soundpost/models")
_PACKAGE = Path(__file__).resolve().parent.parent
_CHECKOUT = _PACKAGE.parent.parent


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


def find_bundle(name_or_path: str) -> Path:
    """Finds the folder of a bundle.

    Args:
        name_or_path: A folder, if it has a slash (`./mine`, `~/mine`, `/srv/mine`) or is `.`. Else
            a name that is looked up in $SOUNDPOST_MODELS, in the models that came with
            soundpost, and in /usr/share/soundpost/models.

    Raises:
        BundleError: There is no such folder; the message lists the places that were searched.
    """
    if "/" in name_or_path or name_or_path in {".", ".."}:
        places = [Path(name_or_path).expanduser()]
    else:
        places = [models / name_or_path for models in _model_folders() if name_or_path]
    for place in places:
        if place.is_dir():
            return place
    looked = ", ".join(map(str, places)) or "nowhere"
    raise BundleError(
        f"no bundle {name_or_path!r}: looked for {looked}",
        hint=f"give the folder with a slash in it (./NAME), or set {MODELS_VARIABLE} to the "
        "folder that holds it",
    )


def _model_folders() -> list[Path]:
    chosen = os.environ.get(MODELS_VARIABLE)
    folders = [Path(chosen)] if chosen else []
    folders.append(_PACKAGE / "models")
    if (_CHECKOUT / "pyproject.toml").is_file():
        folders.append(_CHECKOUT / "models")
    return [*folders, SYSTEM_MODELS]


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
        content = path.read_bytes()
    except OSError as error:
        raise BundleError(f"{path} cannot be read: {error.strerror}", hint=hint) from error
    sha256 = hashlib.sha256(content).hexdigest()
    if sha256 == expected.sha256 and len(content) == expected.bytes:
        return content
    if sha256 == other.sha256:
        raise BundleError(
            f"{path} is swapped: it is the other file of the bundle", hint="exchange the two names"
        )
    if len(content) < expected.bytes:
        problem = f"is cut short: expected {expected.bytes} bytes, got {len(content)}"
    elif len(content) > expected.bytes:
        problem = f"is another file: expected {expected.bytes} bytes, got {len(content)}"
    else:
        problem = f"is damaged or another file: expected sha256 {expected.sha256}, got {sha256}"
    raise BundleError(f"{path} {problem}", hint=hint)
