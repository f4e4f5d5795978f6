"""The cache of features: numpy files that appear completely or not at all."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from soundpost_training.errors import DatasetError
from soundpost_training.files import explain_write_errors, replacing
from soundpost_training.progress import console

Arrays = dict[str, NDArray[Any]]
"""The arrays of one numpy file, by name."""

HINT = "make room, or name another folder with --cache"


def load_arrays(path: Path) -> Arrays | None:
    """Returns the arrays of a file, or None if the file is absent or damaged."""
    if not path.is_file():
        return None
    try:
        with np.load(path) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        console.print(f"{path} is damaged and made anew: {error}", style="yellow", soft_wrap=True)
        return None


def save_arrays(path: Path, arrays: Arrays) -> None:
    """Writes arrays into a numpy file, and makes its folder.

    Raises:
        DatasetError: The file cannot be written; an older one stays as it was.
    """
    with explain_write_errors(path, HINT, DatasetError), replacing(path) as partial:
        np.savez(partial, **arrays)  # type: ignore[arg-type]  # takes them for allow_pickle
