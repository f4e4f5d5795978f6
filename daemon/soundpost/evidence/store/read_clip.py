"""Reads the files of one clip; refuses links, pipes, devices, and files of another size."""

import errno
import os
import stat
from datetime import datetime
from pathlib import Path

import msgspec

from soundpost.evidence.store.files import (
    SIDECAR,
    SIDECAR_ERRORS,
    SOUND,
    SUFFIXES,
    Sidecar,
    SidecarDetection,
)
from soundpost.system.printable import printable

LARGEST_SIDECAR_BYTES = 262_144
"""A sidecar has a kilobyte, and some bytes more for each stretch that is silenced."""

LARGEST_FILE_BYTES = 160_000_000
"""The longest clip, 120 s, at the highest rate of FLAC, uncompressed. A larger file, perhaps a
sparse one, is none of ours, and its size would cost all other clips their place."""

MOST_SHOWN = 200
"""Characters of a reason: it may quote what a sidecar holds."""

_OUT_OF_RESOURCES = (errno.EMFILE, errno.ENFILE, errno.ENOMEM)
"""These say nothing about a file: it can be read later."""


class FoundClip(msgspec.Struct, frozen=True):
    """A clip in the folder, read from its sidecar.

    Attributes:
        stem: Name of its files without the suffix.
        sidecar: Its sidecar.
        detection: The message in it.
        sizes: Sizes of its files in bytes.
        has_sound: False if it is incomplete: the sound is written last.
    """

    stem: str
    sidecar: Sidecar
    detection: SidecarDetection
    sizes: list[int]
    has_sound: bool


class NotAClipError(Exception):
    """Raised for files that are named like those of a clip, and are something else.

    Args:
        reason: For the log.
    """


def read_clip(folder: Path, stem: str) -> FoundClip | None:
    """Reads the sidecar of a clip, and the sizes of its files.

    Returns:
        None if it is gone, or if another program wrote it.

    Raises:
        NotAClipError: A file is not a regular one, too large, unreadable or damaged.
        OSError: The process has no descriptors or no memory left.
    """
    try:
        sizes = {suffix: _size(f"{folder}/{stem}{suffix}") for suffix in SUFFIXES}
        if sizes[SIDECAR] is None:
            return None
        sidecar = decode_sidecar(_read(f"{folder}/{stem}{SIDECAR}"))
        detection = sidecar.read_detection()
        _ = detection.onset_utc_ns, datetime.fromisoformat(stem.partition("-")[0])
    except FileNotFoundError:  # removed since it was listed
        return None
    except OSError as error:
        if error.errno in _OUT_OF_RESOURCES:
            raise
        raise NotAClipError(error.strerror) from error
    except SIDECAR_ERRORS as error:
        raise NotAClipError(printable(str(error), MOST_SHOWN)) from error
    if sidecar.clip != f"{stem}{SOUND}":
        return None
    has_sound = sizes[SOUND] is not None
    return FoundClip(
        stem, sidecar, detection, [size for size in sizes.values() if size is not None], has_sound
    )


def decode_sidecar(content: bytes) -> Sidecar:
    """Decodes a sidecar; raises one of `SIDECAR_ERRORS` if it is damaged."""
    return msgspec.json.decode(content, type=Sidecar)


def read_small_file(path: Path) -> bytes:
    """Returns the content of a regular file of the size of a sidecar; opens nothing else.

    Raises:
        OSError: It cannot be read, or is a link, a pipe, a device or too large.
    """
    _size(str(path))  # before it is opened: opening a device may change its state
    return _read(str(path))


def _read(path: str) -> bytes:
    descriptor = os.open(
        path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    )
    with os.fdopen(descriptor, "rb") as file:
        refuse_irregular(os.fstat(descriptor))  # it may have been replaced since
        content = file.read(LARGEST_SIDECAR_BYTES + 1)
    if len(content) > LARGEST_SIDECAR_BYTES:
        raise OSError(errno.EFBIG, f"it is larger than {LARGEST_SIDECAR_BYTES} bytes")
    return content


def _size(path: str) -> int | None:
    """Returns the size of a file of a clip, or None if there is none of that name.

    Raises:
        OSError: It is not a regular file, or too large.
    """
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return None
    refuse_irregular(found)
    return found.st_size


def refuse_irregular(found: os.stat_result) -> None:
    """Raises OSError for what is no regular file, or larger than any file of a clip."""
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "a file of its name is a link, a pipe, a device or a folder")
    if found.st_size > LARGEST_FILE_BYTES:
        raise OSError(errno.EFBIG, f"a file of its name has {found.st_size} bytes")
