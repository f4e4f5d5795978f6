"""Files that come onto the disk whole, or not at all."""

import os
from contextlib import suppress
from pathlib import Path

PART = ".part"
"""What a file is called beyond its name, behind a dot, until it is whole."""

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
