"""Opens one file of a clip by its name; refuses every other name, links, pipes and devices."""

import errno
import os
from pathlib import Path

from soundpost.evidence.store.files import CLIP_STEM, SUFFIXES
from soundpost.evidence.store.read_clip import refuse_irregular

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


def is_clip_file(name: str) -> bool:
    """Returns whether a name is that of a file of a clip; no such name leaves its folder."""
    stem, dot, suffix = name.partition(".")
    return bool(CLIP_STEM.fullmatch(stem)) and f"{dot}{suffix}" in SUFFIXES


class ClipFile:
    """An open file of a clip. It can be read to its end also after it was removed.

    Args:
        folder: The folder of the clips.
        name: The name of the file.

    Attributes:
        size_bytes: Its size when it was opened.

    Raises:
        OSError: There is no such file, or it is not a regular one of a sensible size, or cannot be
            read.
    """

    def __init__(self, folder: Path, name: str) -> None:
        if not is_clip_file(name):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        path = folder / name
        refuse_irregular(os.lstat(path))  # before it is opened: opening a device may change it
        self._descriptor = os.open(path, _FLAGS)
        try:
            status = os.fstat(self._descriptor)
            refuse_irregular(status)  # it may have been replaced since
        except BaseException:
            os.close(self._descriptor)
            raise
        self.size_bytes = status.st_size

    def read(self, offset: int, size: int) -> bytes:
        """Returns bytes from a position; fewer only at the end of the file.

        Raises:
            OSError: The disk refuses it.
        """
        return os.pread(self._descriptor, size, offset)

    def mark_used(self) -> None:
        """Sets the time of its last use, by which a cache removes files.

        Raises:
            OSError: The file belongs to another user, or the disk is read-only.
        """
        os.utime(self._descriptor)

    def close(self) -> None:
        """Closes it."""
        os.close(self._descriptor)
