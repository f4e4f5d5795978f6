"""Sound files in archives of packages, by the suffix of the archive."""

import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator
from io import BytesIO
from pathlib import PurePosixPath

from soundpost_training.sources.debian import openttd_cat, qt_resources
from soundpost_training.sources.debian.archive_error import LARGEST_MEMBER_BYTES, ArchiveError

Member = tuple[str, bytes]
"""Path within the archive, content."""

IsSound = Callable[[str], bool]


def audio_members(suffix: str, content: bytes, audio: Collection[str]) -> Iterator[Member]:
    """Yields the sound files of an archive.

    Args:
        suffix: The suffix of the archive, one of `ARCHIVES`.
        content: The archive.
        audio: Suffixes of sound files, in lower case.

    Raises:
        ArchiveError: It is damaged, too large, or compressed in an unsupported way.
    """
    return ARCHIVES[suffix](content, lambda name: PurePosixPath(name).suffix.lower() in audio)


def _zip_members(content: bytes, is_sound: IsSound) -> Iterator[Member]:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            for info in archive.infolist():
                if info.is_dir() or not is_sound(info.filename):
                    continue
                if info.file_size > LARGEST_MEMBER_BYTES:
                    raise ArchiveError(f"{info.filename} is too large, {info.file_size:,} bytes")
                yield info.filename, archive.read(info)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise ArchiveError(str(error) or type(error).__name__) from error


ARCHIVES: dict[str, Callable[[bytes, IsSound], Iterator[Member]]] = {
    ".zip": _zip_members,
    ".pk3": _zip_members,  # the name of zip files in games with the engine of Quake III
    ".wz": _zip_members,  # and in Warzone 2100
    ".rcc": qt_resources.members,
    ".cat": openttd_cat.members,
}
"""Readers by the suffix of an archive."""
