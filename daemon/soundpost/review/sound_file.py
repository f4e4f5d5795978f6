"""Finds the file of an event by the name that a table has for it."""

import os
from pathlib import Path

from soundpost.system.printable import printable


def find_file(folder: Path, name: str) -> Path:
    r"""Returns the path of a file below a folder.

    Tables of an archive have printable names: a line break is `\n`, a byte that is not UTF-8 is
    `\xe4`. Where no file of such a name is there, the first one is taken that is printed so.

    Args:
        folder: The folder.
        name: The path below it, with `/`, as it is or as it is printed.
    """
    path = folder / name
    if "\\" not in name or path.exists():
        return path
    path = folder
    for part in name.split("/"):
        path = _entry(path, part)
    return path


def _entry(folder: Path, name: str) -> Path:
    if (folder / name).exists():
        return folder / name
    try:
        entries = sorted(folder.iterdir(), key=os.fsencode)
    except OSError:  # the reader gives the reason
        entries = []
    found = (entry for entry in entries if printable(entry.name) == name)
    return next(found, folder / name)
