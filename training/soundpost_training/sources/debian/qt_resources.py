"""Reads Qt's binary resources (.rcc), https://doc.qt.io/qt-6/resources.html.

The layout is the one that Qt's own rcc.cpp writes: a header, a tree of entries of a fixed size,
names in UTF-16, and the contents, each with its size before it.
"""

import struct
import zlib
from collections.abc import Callable, Iterator

from soundpost_training.sources.debian.archive_error import LARGEST_MEMBER_BYTES, ArchiveError

MAGIC = b"qres"

ZLIB, FOLDER, ZSTD = 1, 2, 4
"""Flags of an entry."""

ENTRY_BYTES = {1: 14, 2: 22, 3: 22}
"""Size of an entry by the version of the format; from version 2 on it has a time of change."""


def members(content: bytes, is_sound: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    """Yields the sound files of a resource file: path and content.

    Args:
        content: The file.
        is_sound: Returns whether a path is a sound file's.

    Raises:
        ArchiveError: It is damaged, or a sound is compressed by zstd.
    """
    try:
        yield from _Resources(content).sounds(is_sound)
    except (struct.error, zlib.error, UnicodeDecodeError) as error:
        raise ArchiveError(f"it is damaged: {error}") from error


class _Resources:
    """The tree of a resource file."""

    def __init__(self, content: bytes) -> None:
        magic, version, *offsets = struct.unpack_from(">4sIIII", content)
        if magic != MAGIC or version not in ENTRY_BYTES:
            raise ArchiveError(f"expected qres of version 1 to 3, got {magic!r}, version {version}")
        self._content = content
        self._entry_bytes = ENTRY_BYTES[version]
        self._tree, self._data, self._names = offsets

    def sounds(self, is_sound: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
        waiting = [("", 0)]
        seen: set[int] = set()
        while waiting:
            folder, number = waiting.pop()
            if number in seen:
                raise ArchiveError(f"it is damaged: entry {number} is listed twice")
            seen.add(number)
            at = self._tree + number * self._entry_bytes
            name_at, flags = struct.unpack_from(">IH", self._content, at)
            path = f"{folder}{self._name(name_at)}" if number else ""
            if flags & FOLDER:
                count, first = struct.unpack_from(">II", self._content, at + 6)
                if count * self._entry_bytes > len(self._content):
                    raise ArchiveError(f"it is damaged: a folder of {count} entries")
                prefix = f"{path}/" if path else ""
                waiting += [(prefix, child) for child in range(first, first + count)]
            elif is_sound(path):
                (offset,) = struct.unpack_from(">I", self._content, at + 10)
                yield path, self._file(self._data + offset, flags)

    def _name(self, offset: int) -> str:
        """Returns a name: its length in characters, a hash of four bytes, UTF-16."""
        at = self._names + offset
        (length,) = struct.unpack_from(">H", self._content, at)
        return self._content[at + 6 : at + 6 + 2 * length].decode("utf-16-be")

    def _file(self, at: int, flags: int) -> bytes:
        """Returns the content of a file."""
        if flags & ZSTD:
            raise ArchiveError("it is compressed by zstd, which is not supported")
        (size,) = struct.unpack_from(">I", self._content, at)
        stored = self._content[at + 4 : at + 4 + size]
        if len(stored) < size:
            raise ArchiveError("it is damaged: it ends within a file")
        if not flags & ZLIB:
            return stored
        inflate = zlib.decompressobj()
        plain = inflate.decompress(stored[4:], LARGEST_MEMBER_BYTES)  # four bytes: the plain size
        if inflate.unconsumed_tail:
            raise ArchiveError(f"a file of more than {LARGEST_MEMBER_BYTES:,} bytes")
        return plain
