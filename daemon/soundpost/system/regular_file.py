"""Reads regular files of a limited size: never a FIFO, a device, or a file without an end."""

import errno
import os
import stat
from pathlib import Path

from soundpost.system.units import BYTES_PER_MEGABYTE

_KINDS = {
    stat.S_IFIFO: "it is a pipe, not a file",
    stat.S_IFSOCK: "it is a socket, not a file",
    stat.S_IFCHR: "it is a device, not a file",
    stat.S_IFBLK: "it is a device, not a file",
}
"""Reasons by the type of the file, as st_mode has it."""


def read_regular(path: Path, largest_bytes: int) -> bytes:
    """Returns the content of a regular file.

    Args:
        path: The file; links are followed.
        largest_bytes: A larger file is refused before memory is taken for it.

    Raises:
        OSError: It cannot be read, is not a regular file, or is too large; `strerror` says which.
    """
    refuse_irregular(path)
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        _refuse_kind(os.fstat(descriptor), path)  # it may have been replaced since
        # The size that stat reports can grow, and is 0 in /proc.
        content = file.read(largest_bytes + 1)
    if len(content) > largest_bytes:
        size = f"{largest_bytes / BYTES_PER_MEGABYTE:g} MB"
        raise OSError(errno.EFBIG, f"it is larger than {size}", str(path))
    return content


def refuse_irregular(path: Path) -> None:
    """Raises OSError, with the reason as its `strerror`, unless the path is a regular file.

    The file is not opened: opening a device can already change its state, and opening a FIFO waits
    for its other end.
    """
    try:
        _refuse_kind(path.stat(), path)
    except ValueError as error:  # a zero byte, or a character that no file name can have
        raise OSError(errno.EINVAL, f"no file can have this name: {error}", repr(path)) from error


def _refuse_kind(found: os.stat_result, path: Path) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(found.st_mode):
        reason = _KINDS.get(stat.S_IFMT(found.st_mode), "it is not a regular file")
        raise OSError(errno.EINVAL, reason, str(path))
