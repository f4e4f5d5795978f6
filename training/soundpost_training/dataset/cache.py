"""Files that cost much to make: each appears whole or not at all."""

import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from soundpost_training.errors import DatasetError


def keep(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Writes arrays into a file of numpy, with its folder.

    Raises:
        DatasetError: It cannot be written; then there is nothing, or what was there before.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, arrays)
    except OSError as error:
        raise DatasetError(
            f"the features cannot be kept at {path}: {error.strerror or error}",
            hint="make room, or name another folder with --cache",
        ) from error


def _write(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".partial")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]  # takes them for allow_pickle
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink()
        raise
