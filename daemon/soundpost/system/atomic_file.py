"""Files that come onto the disk whole, or not at all."""

import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

PART = ".part"
"""What a file is called beyond its name, behind a dot, until it is whole."""

_KEPT_ASIDE = 2  # damaged files that are kept for inspection; older ones are removed

_MODE = 0o640  # what is heard, asked and set at a post is its owner's and the group's business


def write_atomic(path: Path, content: bytes) -> None:
    """Write a file that is on the disk as a whole once it has its name; it may replace another.

    Its name lasts through a power cut once `sync_folder` has been called.

    Raises:
        OSError: It could not be written; what had its name stays, and nothing of it is left.
    """
    part = path.with_name(f".{path.name}{PART}")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _MODE), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # a name must not outlive a power cut without its content
        part.replace(path)
    except BaseException:
        with suppress(OSError):  # where nothing can be written, nothing can be removed perhaps
            part.unlink()
        raise


def sync_folder(folder: Path) -> None:
    """Make the names in a folder last through a power cut.

    Raises:
        OSError: They may not last.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def set_aside(path: Path, suffixes: Sequence[str] = ("",)) -> Path:
    """Renames a damaged file to `NAME.damaged-TIME`, and removes all but the latest two of these.

    Args:
        path: The damaged file.
        suffixes: Of files beside it that belong to it (SQLite has `-wal`), with "" for itself.

    Returns:
        The new path.

    Raises:
        OSError: It cannot be renamed.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    aside = path.with_name(f"{path.name}.damaged-{stamp}")
    for suffix in suffixes[::-1]:
        beside = path.with_name(path.name + suffix)
        if beside.exists() or suffix == "":
            beside.rename(aside.with_name(aside.name + suffix))
    for old in sorted(path.parent.glob(f"{path.name}.damaged-*Z"))[:-_KEPT_ASIDE]:
        for ending in suffixes:
            with suppress(OSError):  # it takes a little room, and no more
                old.with_name(old.name + ending).unlink(missing_ok=True)
    return aside


def probe_folder(folder: Path) -> None:
    """Writes a small file into a folder and removes it, to see whether the folder is writable.

    Raises:
        OSError: It is not.
    """
    probe_file = folder / f"soundpost-check-{os.getpid()}"
    try:
        write_atomic(probe_file, b"soundpost check")
    finally:
        probe_file.unlink(missing_ok=True)
