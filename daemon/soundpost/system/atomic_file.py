"""Atomic file writes: a file is written completely or not at all."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

PART = ".part"
"""Suffix of the temporary file, whose name begins with a dot."""

_KEPT_ASIDE = 2  # damaged files that are kept for inspection; older ones are removed

_MODE = 0o640  # recordings, commands and settings are private to the owner and the group


def write_atomic(
    path: Path, content: bytes, *, mode: int | None = None, is_durable: bool = True
) -> None:
    """Writes a file completely before it gets its name; it may replace another.

    Args:
        path: The file.
        content: Its content.
        mode: Its permissions, whatever the umask; None for 0o640 less the umask.
        is_durable: True to wait until the content is on the disk, so that a power cut never leaves
            the name without it. The name itself is durable after `sync_folder`.

    Raises:
        OSError: It could not be written. A file of that name stays as it was, and the temporary
            file is removed.
    """
    with open_atomic(path, mode=mode, is_durable=is_durable) as file:
        file.write(content)


@contextmanager
def open_atomic(
    path: Path, *, mode: int | None = None, is_durable: bool = True
) -> Iterator[BinaryIO]:
    """Opens a file to be written piece by piece; it gets its name at the end of the context.

    An exception inside the context leaves a file of that name as it was. Arguments and exceptions
    are those of `write_atomic`.
    """
    part = path.with_name(f".{path.name}{PART}")
    try:
        with os.fdopen(_create(part), "wb") as file:
            if mode is not None:
                os.fchmod(file.fileno(), mode)
            yield file
            if is_durable:
                file.flush()
                os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        with suppress(OSError):  # a disk that refuses writes may refuse removals too
            part.unlink()
        raise


def _create(part: Path) -> int:
    """Creates a file in place of anything of that name, such as a killed process may have left.

    It is not opened: a link would lead to another file, a FIFO would wait for its other end.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        return os.open(part, flags, _MODE)
    except FileExistsError:
        part.unlink(missing_ok=True)
        return os.open(part, flags, _MODE)


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder durable: they survive a power cut.

    Raises:
        OSError: They may not survive it.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def set_aside(path: Path, suffixes: Sequence[str] = ("",)) -> Path:
    """Renames a damaged file to `NAME.damaged-TIME`; only the latest two of these are kept.

    Args:
        path: The damaged file.
        suffixes: Of files beside it that belong to it (SQLite has `-wal`), with "" for itself.

    Returns:
        The new path; nothing is there if the file was gone already.

    Raises:
        OSError: It cannot be renamed.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    aside = path.with_name(f"{path.name}.damaged-{stamp}")
    for suffix in suffixes[::-1]:
        beside = path.with_name(path.name + suffix)
        if beside.exists():
            beside.rename(aside.with_name(aside.name + suffix))
    prefix = f"{path.name}.damaged-"
    with os.scandir(path.parent) as entries:
        names = [entry.name for entry in entries if entry.name.startswith(prefix)]
    for old in sorted(name for name in names if name.endswith("Z"))[:-_KEPT_ASIDE]:
        for ending in suffixes:
            with suppress(OSError):  # a leftover costs disk space only
                path.with_name(old + ending).unlink(missing_ok=True)
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
