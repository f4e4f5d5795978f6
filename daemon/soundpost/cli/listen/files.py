"""Finds recordings: named files, and those in folders."""

import logging
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from soundpost.archive.clips import is_clip
from soundpost.system.printable import printable

SUFFIXES = frozenset(
    (
        *(".aac", ".ac3", ".aif", ".aifc", ".aiff", ".amr", ".ape", ".au", ".bwf", ".caf"),
        *(".eac3", ".flac", ".m4a", ".m4b", ".mka", ".mp2", ".mp3", ".oga", ".ogg", ".opus"),
        *(".rf64", ".snd", ".spx", ".tta", ".voc", ".w64", ".wav", ".wave", ".weba", ".wma"),
        *(".wv",),
    )
)
"""A file with one of these is expected to be sound: if it cannot be read, that is a failure."""

_BEGINNINGS = (
    *(b"RIFX", b"RF64", b"BW64", b"fLaC", b"OggS", b"ID3", b"FORM", b"caff", b".snd", b"dns."),
    *(b"riff.\x91\xcf\x11", b"NIST_1A", b"Creative", b"#!AMR", b"wvpk", b"TTA1", b"MAC "),
    *(b"DSD ", b"\x1a\x45\xdf\xa3", b"\x30\x26\xb2\x75"),  # Matroska and WebM; WMA
)
"""Of the formats that have one, for files with another suffix; of RIFF there are also pictures."""
_MP4_TYPE = b"ftyp"
"""Behind the first four bytes of MP4, M4A and MOV: also a video has sound, mostly."""
_RIFF, _WAVE = b"RIFF", b"WAVE"
_BEGINNING_BYTES = 12

_NAMED_AT_MOST = 20
"""Skipped files that a line of the log names."""

_log = logging.getLogger("soundpost")


class FileSearch:
    """Finds the recordings among paths.

    Attributes:
        failures: Folders that could not be read, or hold no recording.
        skipped: Files in folders that are not sound.
    """

    def __init__(self) -> None:
        self.failures = 0
        self.skipped: list[Path] = []
        self._seen_folders: set[tuple[int, int]] = set()
        self._seen_files: set[str] = set()

    def find(self, paths: Sequence[Path]) -> list[Path]:
        """Returns the recordings: files as they are named, those in folders sorted, each once.

        Folders are searched with all folders below them. Names that begin with a dot are left out:
        macOS writes such a file beside each recording. So are clips of `soundpost analyze`, whose
        results may lie below, as their events would count twice; unless their folder is named.
        """
        found = [file for path in paths for file in self._files_at(path)]
        if self.skipped:
            names = ", ".join(printable(str(path)) for path in self.skipped[:_NAMED_AT_MOST])
            more = len(self.skipped) - _NAMED_AT_MOST
            _log.warning(
                "skipped, because they are not sound: %s%s",
                names,
                f" and {more} more" if more > 0 else "",
            )
        return found

    def _files_at(self, path: Path) -> Iterator[Path]:
        if not _is_folder(path):
            yield path
            return
        count = 0
        for file in self._files_below(path):
            if not _is_recording(file):
                self.skipped.append(file)
                continue
            count += 1
            if (real := os.path.realpath(file)) not in self._seen_files:
                self._seen_files.add(real)
                yield file
        if not count:
            self.failures += 1
            _log.error(
                "%s: there is no recording in this folder\n"
                "  hint: name files such as WAV and FLAC, or folders that hold some",
                path,
            )

    def _files_below(self, folder: Path) -> Iterator[Path]:
        self._is_new(folder)
        walk = os.walk(folder, onerror=self._count_unreadable, followlinks=True)
        for parent, folders, files in walk:
            folders[:] = sorted(name for name in folders if self._is_new(Path(parent, name)))
            for name in sorted(files):
                path = Path(parent, name)
                if name.startswith("."):
                    continue
                is_named = folder in (path.parent, path.parent.parent)  # the folder of the clips
                if is_named or not is_clip(path):
                    yield path

    def _is_new(self, folder: Path) -> bool:
        """Returns whether a folder is to be searched: links can lead back to one above."""
        if folder.name.startswith("."):
            return False
        try:
            found = folder.stat()
        except OSError as error:
            self._count_unreadable(error)
            return False
        place = (found.st_dev, found.st_ino)
        is_new = place not in self._seen_folders
        self._seen_folders.add(place)
        return is_new

    def _count_unreadable(self, error: OSError) -> None:
        self.failures += 1
        _log.error("%s cannot be read: %s", error.filename, error.strerror)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # the source raises a better error
        return False


def _is_recording(file: Path) -> bool:
    """Returns whether a file in a folder is expected to be sound, by its name or its beginning."""
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            return False
        if file.suffix.lower() in SUFFIXES:
            return True
        with file.open("rb") as opened:
            beginning = opened.read(_BEGINNING_BYTES)
    except OSError:
        return file.suffix.lower() in SUFFIXES  # the source says why it cannot be read
    return (
        beginning.startswith(_BEGINNINGS)
        or (beginning.startswith(_RIFF) and beginning.endswith(_WAVE))
        or beginning[4:8] == _MP4_TYPE
    )
