"""Names of files as tables write them, and as the file system has them."""

import unicodedata
from pathlib import Path, PurePosixPath


def composed(name: str) -> str:
    """Returns a name with composed letters (NFC); macOS stores ü as u and two dots."""
    return unicodedata.normalize("NFC", name)


def find_within(folder: Path, name: str) -> str | None:
    """Returns the relative path of a file or folder below a folder, as the file system has it.

    Args:
        folder: The folder.
        name: A relative path with slashes; its letters may be composed otherwise.

    Returns:
        None if there is no such file or folder, or if the path leads out of the folder.
    """
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        return None
    place = folder
    try:
        for part in path.parts:
            place = _child(place, part)
        return place.relative_to(folder).as_posix() if place.exists() else None
    except (OSError, ValueError):  # a name that is too long, or has a zero in it
        return None


def _child(folder: Path, name: str) -> Path:
    exact = folder / name
    if exact.exists() or not folder.is_dir():
        return exact
    same = (path for path in folder.iterdir() if composed(path.name) == composed(name))
    return next(same, exact)
