"""Copies clips to another folder: never through a link, never over another file."""

import errno
import filecmp
import logging
import os
import shutil
import stat
from contextlib import suppress
from pathlib import Path

from soundpost.errors import EvidenceError
from soundpost.evidence.store.files import SUFFIXES

_MODE = 0o640  # as in the folder of the clips: recordings are private to the owner and the group

_log = logging.getLogger("soundpost.evidence")


class ClipExport:
    """Copies clips to a folder, which may be one that other users can write to.

    Args:
        folder: Created if it is missing.

    Raises:
        EvidenceError: It is a link.
        OSError: It cannot be created.
    """

    def __init__(self, folder: Path) -> None:
        if folder.is_symlink():
            raise EvidenceError(
                f"{folder} is a link to {folder.resolve()}",
                hint="links are not followed: name the folder itself with --export",
            )
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._refused = 0

    def copy(self, folder: Path, stem: str) -> None:
        """Copies the files of a clip; skips those that were removed since they were listed.

        Raises:
            OSError: A file cannot be read or written.
        """
        for suffix in SUFFIXES:
            name = f"{stem}{suffix}"
            with suppress(FileNotFoundError):
                self._copy_file(folder / name, self._folder / name)

    def finish(self) -> None:
        """Ends the export.

        Raises:
            EvidenceError: Files were refused because others of their name exist.
        """
        if self._refused:
            raise EvidenceError(
                f"{self._refused} files were not copied: {self._folder} has other files of these "
                "names",
                hint="no file is overwritten: export to a new folder",
            )

    def _copy_file(self, source: Path, target: Path) -> None:
        reading = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(reading, "rb") as file:
            found = os.fstat(reading)
            if not stat.S_ISREG(found.st_mode):
                raise OSError(errno.EINVAL, "it is not a regular file", str(source))
            try:
                # O_EXCL refuses a link too, wherever it points.
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
                writing = os.open(target, flags, _MODE)
            except FileExistsError:
                self._refuse_other(source, target)
                return
            try:
                with os.fdopen(writing, "wb") as copy:
                    shutil.copyfileobj(file, copy)
                    copy.flush()
                    with suppress(OSError):  # some file systems keep no such time
                        os.utime(writing, ns=(found.st_atime_ns, found.st_mtime_ns))
            except BaseException:
                with suppress(OSError):
                    target.unlink()
                raise

    def _refuse_other(self, source: Path, target: Path) -> None:
        """Counts a file of that name, unless it is the same one, copied before."""
        is_file = stat.S_ISREG(target.lstat().st_mode)
        if not is_file or not filecmp.cmp(source, target, shallow=False):
            self._refused += 1
            _log.warning("%s exists, and is not the same file: it is not overwritten", target)
