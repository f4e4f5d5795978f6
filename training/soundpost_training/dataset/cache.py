"""Files that cost much to make: each appears whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from soundpost_training.errors import DatasetError


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


def keep(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Writes arrays into a file of numpy, with its folder.

    Raises:
        DatasetError: It cannot be written; then there is nothing, or what was there before.
    """
    with told_when_full(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, arrays)


def _write(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".partial")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]  # takes them for allow_pickle
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink()
        raise
