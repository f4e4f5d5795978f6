"""Writes an imported bundle: whole, verified, or not at all."""

import hashlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from soundpost.classify import Classifier, load_bundle, replay_golden
from soundpost.errors import BundleImportError
from soundpost.manifest import MANIFEST_FILE, Artifact
from soundpost.system.atomic_file import PART, sync_folder, write_atomic

_FILE_MODE, _FOLDER_MODE = 0o644, 0o755
"""The service runs as a user of its own, and must read the files."""


def artifact(content: bytes) -> Artifact:
    """Returns the manifest's record of a file."""
    return Artifact(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


def refuse_existing(folder: Path, *, is_forced: bool) -> None:
    """Raises unless a bundle can be written to a folder.

    Raises:
        BundleImportError: Something is there and is not to be replaced, or is not a bundle.
    """
    if not (folder.exists() or folder.is_symlink()):
        return
    if not is_forced:
        raise BundleImportError(
            f"{folder} exists",
            hint="give another --name, or --force to replace it",
        )
    if folder.is_symlink() or not (folder / MANIFEST_FILE).is_file():
        raise BundleImportError(
            f"{folder}: expected a bundle to replace, got something else",
            hint="give another --name, or remove it yourself",
        )


def write_bundle(folder: Path, files: Mapping[str, bytes], *, is_forced: bool) -> None:
    """Writes the files of a bundle, verifies them, and gives the folder its name.

    Args:
        folder: The folder of the bundle; its parent is created if it is missing.
        files: The content of each file, by name.
        is_forced: True to replace a bundle that is there.

    Raises:
        BundleImportError: It cannot be written.
        BundleError: The daemon cannot use what was written.
    """
    part = folder.with_name(f".{folder.name}{PART}")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _remove(part)
        part.mkdir(mode=_FOLDER_MODE)
        for name, content in files.items():
            write_atomic(part / name, content, mode=_FILE_MODE)
        bundle = load_bundle(part)
        replay_golden(bundle, Classifier(bundle))
        sync_folder(part)
        _replace(part, folder, is_forced=is_forced)
        sync_folder(folder.parent)
    except OSError as error:
        raise BundleImportError(
            f"{folder} cannot be written: {error.strerror or error}",
            hint="give a folder that you may write to: --to DIR",
        ) from error
    finally:
        _remove(part)


def _replace(part: Path, folder: Path, *, is_forced: bool) -> None:
    """Gives a finished folder its name; a bundle of that name is removed afterwards."""
    refuse_existing(folder, is_forced=is_forced)  # again: the import took minutes
    if not folder.exists():
        part.rename(folder)
        return
    old = folder.with_name(f".{folder.name}.old")
    _remove(old)
    folder.rename(old)
    try:
        part.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    _remove(old)


def _remove(folder: Path) -> None:
    if os.path.lexists(folder):
        shutil.rmtree(folder)
