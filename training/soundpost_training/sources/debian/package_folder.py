"""The folder of an unpacked package: its sound files and its copyright file, and nothing else."""

import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

import msgspec

from soundpost.system.printable import printable
from soundpost_training.sources.debian.archives import ARCHIVES, ArchiveError, audio_members

AUDIO = frozenset(
    {".wav", ".ogg", ".oga", ".flac", ".mp3", ".opus", ".g722", ".aif", ".aiff", ".aifc"}
)
"""Suffixes of the sound files that are kept."""

LARGEST_BYTES = 300_000_000
"""A larger file is no recording of a package in the table, whose largest archive has 260 MB."""

LARGEST_PACKAGE_BYTES = 4_000_000_000
"""Sound that a package may unpack to: more than all packages of the table have together."""

STATE = "package.json"
FILES = "files"


class PackageState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Properties of an unpacked package, as the file `package.json` of its folder has them."""

    package: str
    version: str
    section: str
    left_out: tuple[str, ...]


class PackageFolder:
    """Writes the sound files of a package into a folder.

    Args:
        folder: An empty folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._bytes = 0
        self.left_out: list[str] = []

    def add(self, name: str, stream: IO[bytes], size: int) -> None:
        """Stores a file of the package if it is sound or its copyright; an archive's sounds too.

        Args:
            name: Its path in the package.
            stream: Its content.
            size: Its size in bytes.
        """
        path = safe_path(name)
        suffix = path.suffix.lower() if path else ""
        if path is None:
            self.left_out.append(f"{printable(name)} is outside the package")
        elif suffix in ARCHIVES:
            if self._has_space(name, size):
                self._add_members(path, suffix, stream.read())
        elif suffix in AUDIO or _is_copyright(path):
            self._write(path, stream, size)

    def _add_members(self, archive: PurePosixPath, suffix: str, content: bytes) -> None:
        try:
            for member, stream, size in audio_members(suffix, content, AUDIO):
                inside = safe_path(member)
                if inside is None:
                    self.left_out.append(f"{archive}: {printable(member)} is outside the archive")
                else:
                    self._write(archive / inside, stream, size)
        except ArchiveError as error:
            self.left_out.append(f"{archive} cannot be read: {error}")

    def _write(self, path: PurePosixPath, stream: IO[bytes], size: int) -> None:
        if not self._has_space(str(path), size):
            return
        target = self._folder / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as file:
                shutil.copyfileobj(stream, file)
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            self.left_out.append(f"{printable(str(path))} has the path of a folder")
            return
        self._bytes += size

    def _has_space(self, name: str, size: int) -> bool:
        """Returns whether a file is of a sensible size, and notes it otherwise."""
        if size > LARGEST_BYTES or self._bytes + size > LARGEST_PACKAGE_BYTES:
            self.left_out.append(f"{printable(name)} is too large, {size:,} bytes")
            return False
        return True


def safe_path(name: str) -> PurePosixPath | None:
    """Returns the relative path of a name in an archive, or None if it leads out of it."""
    path = PurePosixPath(name.replace("\\", "/").removeprefix("./"))
    is_odd = path.is_absolute() or ".." in path.parts or "\0" in name or not path.parts
    return None if is_odd else path


def _is_copyright(path: PurePosixPath) -> bool:
    return path.name == "copyright" and path.parts[:3] == ("usr", "share", "doc")


def sound_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yields the sound files of an unpacked package: path in the package, path on the disk."""
    files = folder / FILES
    for path in sorted(files.rglob("*")):
        if path.suffix.lower() in AUDIO and path.is_file() and not path.is_symlink():
            yield path.relative_to(files).as_posix(), path
