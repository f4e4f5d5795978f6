"""Reads a manifest and refuses an incomplete one."""

from pathlib import Path
from typing import Any

import msgspec

from soundpost import __version__
from soundpost.errors import BundleError, FeatureError
from soundpost.manifest.label import version_numbers
from soundpost.manifest.schema import GOLDEN_FILE, MANIFEST_FILE, MODEL_FILE, Manifest
from soundpost.manifest.types import BundleId, Version
from soundpost.system.regular_file import read_regular

LARGEST_MANIFEST_BYTES = 4_000_000
"""Enough for the most labels that a manifest may have; ESC-50's takes 12 kB."""


class _Origin(msgspec.Struct, frozen=True):
    """The fields of a manifest that name the bundle and its daemon, whatever else it holds."""

    id: BundleId
    version: Version
    minimum_daemon: Version


def read_manifest(bundle: Path) -> Manifest:
    """Reads the manifest of the bundle in a folder.

    Raises:
        BundleError: It is absent, not JSON, has an unknown, missing or invalid field, or needs a
            newer daemon.
    """
    path = bundle / MANIFEST_FILE
    try:
        content = read_regular(path, LARGEST_MANIFEST_BYTES)
        manifest = msgspec.json.decode(content, type=Manifest)
    except OSError as error:
        raise BundleError(
            f"no manifest can be read at {path}: {error.strerror}",
            hint=f"a bundle is a folder with {MANIFEST_FILE}, {MODEL_FILE} and {GOLDEN_FILE}",
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, FeatureError) as error:
        _refuse_newer(content)
        raise BundleError(
            f"{path} is not a manifest of schema 1: {error}",
            hint="export the bundle again, or use the daemon that it was made for",
        ) from error
    missing = _missing_field(msgspec.json.decode(content), msgspec.to_builtins(manifest))
    if missing:
        raise BundleError(
            f"{path} is not a manifest of schema 1: {missing} is missing",
            hint="export the bundle again: a manifest must not rely on defaults",
        )
    _refuse_newer(content)
    return manifest


def _refuse_newer(content: bytes) -> None:
    """Raises BundleError if the manifest names a newer daemon.

    It may have fields that this daemon does not know, so only those of the error are decoded.
    """
    try:
        origin = msgspec.json.decode(content, type=_Origin)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    if version_numbers(origin.minimum_daemon) > version_numbers(__version__):
        raise BundleError(
            f"bundle {origin.id} {origin.version} needs soundpost {origin.minimum_daemon} "
            f"or newer, this is {__version__}",
            hint="upgrade the daemon, or use an older bundle",
        )


def _missing_field(given: dict[str, Any], whole: dict[str, Any], where: str = "") -> str | None:
    """Returns the first field that decoding filled in: FeatureSpec and `kind` have defaults."""
    for key, value in whole.items():
        if key not in given:
            return f"{where}{key}"
        if isinstance(value, dict):
            missing = _missing_field(given[key], value, f"{where}{key}.")
            if missing:
                return missing
    return None
