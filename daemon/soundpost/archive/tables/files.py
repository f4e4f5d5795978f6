"""Files of tables: written atomically, and placed like the recordings that they belong to."""

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TextIO

from soundpost.system.atomic_file import PART, open_atomic

_LONGEST_NAME = 255 - len(f".{PART}")
"""Bytes of a name that Linux allows, less those that the temporary file adds."""
_DIGEST_CHARACTERS = 16


@contextmanager
def open_table(path: Path, *, is_durable: bool) -> Iterator[TextIO]:
    """Opens a table to be written as UTF-8; it gets its name at the end of the context.

    Args:
        path: The file.
        is_durable: True to wait until it is on the disk. Tables of single recordings are not waited
            for: there may be a hundred thousand, and all can be written again.

    Raises:
        OSError: It could not be written; nothing of it is left.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with open_atomic(path, is_durable=is_durable) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        try:
            yield text
            text.flush()
        finally:
            text.detach()  # the context of `file` closes it


def recording_table(folder: Path, file: str, suffix: str) -> Path:
    """Returns the path of a recording's table: `a/b.wav` has `FOLDER/a/b.wav` with the suffix.

    The suffix of the recording stays, because `b.wav` and `b.flac` are two recordings. A name that
    would be too long is cut, and gets a digest of the path.

    Raises:
        ValueError: The path leads out of the folder.
    """
    path = PurePosixPath(file)
    if path.is_absolute() or ".." in path.parts or not path.name:
        raise ValueError(f"expected a path below the analyzed folder, got {file!r}")
    name = path.name + suffix
    raw = file.encode("utf-8", "surrogateescape")
    if len(name.encode("utf-8", "surrogateescape")) > _LONGEST_NAME:
        digest = hashlib.sha256(raw).hexdigest()[:_DIGEST_CHARACTERS]
        kept = _LONGEST_NAME - len(suffix) - len(digest) - 1
        start = path.name.encode("utf-8", "surrogateescape")[:kept].decode("utf-8", "ignore")
        name = f"{start}~{digest}{suffix}"
    return folder / path.parent / name
