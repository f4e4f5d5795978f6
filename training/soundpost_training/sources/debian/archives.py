"""Sound files in archives of packages: zip under its many names, and Qt's resources."""

import io
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterator
from pathlib import PurePosixPath
from typing import IO

ZIP = frozenset({".zip", ".pk3", ".wz", ".jar"})
"""Zip files; pk3 is Quake III's name for them, wz Warzone 2100's."""

RCC = ".rcc"
"""Qt's binary resources, https://doc.qt.io/qt-6/resources.html; the format is that of rcc.cpp."""

ARCHIVES = ZIP | {RCC}

MAGIC = b"qres"
FOLDER, ZLIB, ZSTD = 2, 1, 4
"""Flags of an entry."""

ENTRY_BYTES = {1: 14, 2: 22, 3: 22}
"""Size of an entry by the version of the format; from version 2 on it has a time of change."""

LARGEST_MEMBER_BYTES = 300_000_000
"""A larger member is no recording; a few bytes of a damaged archive may state any size."""

Member = tuple[str, IO[bytes], int]
"""Path within the archive, content, size in bytes."""


class ArchiveError(Exception):
    """An archive is damaged, or uses a compression that is not supported."""


def audio_members(suffix: str, content: bytes, audio: Collection[str]) -> Iterator[Member]:
    """Yields the sound files of an archive.

    Args:
        suffix: The suffix of the archive, in lower case.
        content: The archive.
        audio: Suffixes of sound files, in lower case.

    Raises:
        ArchiveError: It is damaged, or a member is compressed in an unsupported way.
    """
    members = _rcc_members if suffix == RCC else _zip_members
    yield from members(content, audio)


def _is_audio(name: str, audio: Collection[str]) -> bool:
    return PurePosixPath(name).suffix.lower() in audio


def _zip_members(content: bytes, audio: Collection[str]) -> Iterator[Member]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for info in archive.infolist():
                if info.is_dir() or not _is_audio(info.filename, audio):
                    continue
                if info.file_size > LARGEST_MEMBER_BYTES:
                    raise ArchiveError(f"{info.filename} is too large, {info.file_size:,} bytes")
                sound = archive.read(info)
                yield info.filename, io.BytesIO(sound), len(sound)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise ArchiveError(str(error) or type(error).__name__) from error


def _rcc_members(content: bytes, audio: Collection[str]) -> Iterator[Member]:
    try:
        magic, version, tree, data, names = struct.unpack_from(">4sIIII", content)
        if magic != MAGIC or version not in ENTRY_BYTES:
            raise ArchiveError(f"expected qres of version 1 to 3, got {magic!r}, version {version}")
        waiting = [("", 0)]
        seen: set[int] = set()
        while waiting:
            prefix, number = waiting.pop()
            if number in seen:
                raise ArchiveError(f"entry {number} is listed twice")
            seen.add(number)
            at = tree + number * ENTRY_BYTES[version]
            name_at, flags = struct.unpack_from(">IH", content, at)
            path = prefix if number == 0 else f"{prefix}/{_rcc_name(content, names + name_at)}"
            if flags & FOLDER:
                count, first = struct.unpack_from(">II", content, at + 6)
                if count > len(content):
                    raise ArchiveError(f"a folder of {count} entries")
                waiting += [(path, child) for child in range(first, first + count)]
            elif _is_audio(path, audio):
                (offset,) = struct.unpack_from(">I", content, at + 10)
                sound = _rcc_data(content, data + offset, flags)
                yield path.lstrip("/"), io.BytesIO(sound), len(sound)
    except (struct.error, zlib.error, UnicodeDecodeError) as error:
        raise ArchiveError(f"it is damaged: {error}") from error


def _rcc_name(content: bytes, at: int) -> str:
    """Returns a name: its length in characters, a hash of four bytes, UTF-16."""
    (length,) = struct.unpack_from(">H", content, at)
    return content[at + 6 : at + 6 + 2 * length].decode("utf-16-be")


def _rcc_data(content: bytes, at: int, flags: int) -> bytes:
    """Returns the content of a file: its stored size, then its bytes."""
    if flags & ZSTD:
        raise ArchiveError("it is compressed by zstd, which is not supported")
    (size,) = struct.unpack_from(">I", content, at)
    stored = content[at + 4 : at + 4 + size]
    if not flags & ZLIB:
        return stored
    inflate = zlib.decompressobj()
    plain = inflate.decompress(stored[4:], LARGEST_MEMBER_BYTES)  # after the size in four bytes
    if inflate.unconsumed_tail:
        raise ArchiveError("a member is too large")
    return plain
