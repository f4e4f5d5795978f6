"""Files that cost much to make: each appears whole or not at all."""

import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from soundpost_training.errors import DatasetError
from soundpost_training.progress import console

Arrays = dict[str, NDArray[Any]]
"""What is in one file of numpy, by name."""


@contextmanager
def told_when_full(path: Path) -> Iterator[None]:
    """Turns the disk's troubles into one clear error.

    Raises:
        DatasetError: What is done within cannot be written.
    """
    try:
        yield
    except OSError as error:
        raise DatasetError(
            f"the features cannot be kept at {path}: {error.strerror or error}",
            hint="make room, or name another folder with --cache",
        ) from error


def kept(path: Path) -> Arrays | None:
    """What was kept in a file; none when there is none, or what the disk made of it is damaged."""
    if not path.is_file():
        return None
    try:
        with np.load(path) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        console.print(f"{path} is damaged and made anew: {error}", style="yellow", soft_wrap=True)
        return None


def keep(path: Path, arrays: Arrays) -> None:
    """Writes arrays into a file of numpy, with its folder.

    Raises:
        DatasetError: It cannot be written; then there is nothing, or what was there before.
    """
    with told_when_full(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, arrays)


def _write(path: Path, arrays: Arrays) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".partial")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]  # takes them for allow_pickle
            file.flush()
            os.fsync(file.fileno())  # a name must not outlive a power cut without its content
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink()
        raise
