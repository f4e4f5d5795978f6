"""Walks a label's folder: its recordings, and a reason for everything that is left out."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

SYSTEM_NAMES = frozenset(
    {
        "__MACOSX",
        "@eaDir",
        "$RECYCLE.BIN",
        "System Volume Information",
        "lost+found",
        "Thumbs.db",
        "ehthumbs.db",
        "desktop.ini",
    }
)
"""Names that archivers, network drives and file managers leave behind; never recordings."""

NAMED = 3
"""Hidden files that one line names; the rest are counted."""

KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)

Identity = tuple[int, int]
"""Device and inode: the same for a folder and all links to it."""


class Walk(NamedTuple):
    """The recordings of a folder, and the reasons for what was left out, both sorted by path."""

    files: list[Path]
    left_out: list[str]


def is_hidden(name: str) -> bool:
    """Returns whether a name is hidden, or belongs to the operating system."""
    return name.startswith(".") or name in SYSTEM_NAMES


def reason_to_leave_out(path: Path) -> str | None:
    """Returns why a path cannot be a recording, or None; a link without a target may be one.

    Decoding reports such a link by its name. Opening a FIFO would wait for a writer for ever.
    """
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:  # a link to itself, a name with a zero, a closed folder
        return f"cannot be read: {getattr(error, 'strerror', None) or error}"
    kind = next((kind for holds, kind in KINDS if holds(status.st_mode)), None)
    if kind is not None:
        return f"is {kind}, not a recording"
    if not status.st_size:
        return "cannot be read: it is empty, 0 bytes"
    return None if os.access(path, os.R_OK) else "cannot be read: Permission denied"


def is_regular_file(path: Path) -> bool:
    """Returns whether there is a file; no for a path that no file system can have."""
    try:
        return path.is_file()
    except OSError:  # a name that is too long
        return False


def walk(folder: Path) -> Walk:
    """Returns the recordings in a folder and its subfolders.

    Linked folders are followed once: not again by a second link, nor into a folder that contains
    the link. Folders that lie there themselves come before linked ones.

    Args:
        folder: Of a label; its parent, the data set, is never entered by a link.
    """
    files: list[Path] = []
    left_out: list[str] = []
    seen = {_identity(folder.parent)}
    waiting = [folder]
    links: list[Path] = []
    while waiting or links:
        place = waiting.pop() if waiting else links.pop(0)
        identity = _identity(place)
        if identity in seen:
            left_out.append(f"{place} links to a folder that is read already")
            continue
        seen.add(identity)
        hidden = []
        for entry in _entries(place, left_out):
            if is_hidden(entry.name):
                hidden.append(entry.name)
            elif entry.is_dir():
                (links if entry.is_symlink() else waiting).append(entry)
            elif reason := reason_to_leave_out(entry):
                left_out.append(f"{entry} {reason}")
            else:
                files.append(entry)
        left_out += _hidden_line(place, hidden)
    return Walk(sorted(files), sorted(left_out))


def _entries(folder: Path, left_out: list[str]) -> Iterator[Path]:
    try:
        yield from sorted(folder.iterdir())
    except OSError as error:
        left_out.append(f"{folder} cannot be listed: {error.strerror}")


def _identity(folder: Path) -> Identity:
    status = folder.stat()
    return status.st_dev, status.st_ino


def _hidden_line(folder: Path, names: list[str]) -> list[str]:
    """Returns one line for all hidden files of a folder, or none."""
    if not names:
        return []
    more = ", …" if len(names) > NAMED else ""
    return [f"{len(names)} hidden or system files in {folder}: {', '.join(names[:NAMED])}{more}"]
