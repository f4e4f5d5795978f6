"""The files of an archive, and the names that they have in its tables."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from soundpost.system.printable import printable

_KEY_DIGITS = 8
"""Of the key, behind a name that another file has in print."""


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """A file that is to be analyzed.

    Attributes:
        path: Its path on this machine.
        name: Its path below the analyzed folder, with `/`, made printable.
        size_bytes: Its size.
        key: The name of its part in the journal.
        mtime_ns: The time of its last change, nanoseconds since 1970 UTC.
    """

    path: Path
    name: str
    size_bytes: int
    key: str
    mtime_ns: int = 0


def archive_files(paths: Sequence[Path], recordings: Sequence[Path]) -> list[ArchiveFile]:
    """Returns the files in the order of their names, each once.

    A name is the path below the analyzed folder, so that a folder may be mounted elsewhere; below
    the folder that all have in common if several were named.

    Args:
        paths: The files and folders that were named.
        recordings: The recordings that were found there.
    """
    base = common_folder(paths)
    by_name = {Path(os.path.relpath(_absolute(path), base)).as_posix(): path for path in recordings}
    files: dict[str, ArchiveFile] = {}
    for name, path in sorted(by_name.items(), key=lambda item: os.fsencode(item[0])):
        file = _archive_file(path, name)
        if file.name in files:  # two names that differ only in bytes that are not printable
            file = replace(file, name=f"{file.name}~{file.key[:_KEY_DIGITS]}")
        files[file.name] = file
    return list(files.values())


def common_folder(paths: Sequence[Path]) -> str:
    """Returns the folder that names of recordings are below, from the root."""
    folders = [path if path.is_dir() else path.parent for path in paths]
    return os.path.commonpath([_absolute(folder) for folder in folders])


def _absolute(path: Path) -> str:
    """Returns the path from the root, without `..`; links stay, because they may lead elsewhere."""
    return os.path.abspath(path)  # noqa: PTH100 - see above


def _archive_file(path: Path, name: str) -> ArchiveFile:
    try:
        status = path.stat()
        size_bytes, mtime_ns = status.st_size, status.st_mtime_ns
    except (OSError, ValueError):  # the reader gives the reason
        size_bytes, mtime_ns = 0, 0
    identity = f"{size_bytes}/{mtime_ns}/".encode() + os.fsencode(name)
    key = hashlib.sha256(identity).hexdigest()
    return ArchiveFile(path, printable(name), size_bytes, key, mtime_ns)
