"""Reads the clips of a folder, whatever else lies there."""

import logging
import os
from collections.abc import Container, Iterator
from pathlib import Path

from soundpost.evidence.store.files import CLIP_STEM, SIDECAR, is_part
from soundpost.evidence.store.read_clip import FoundClip, NotAClipError, read_clip

_log = logging.getLogger("soundpost.evidence")


def scan(folder: Path) -> Iterator[FoundClip | Path | None]:
    """Reads a folder entry by entry.

    Yields:
        A clip; or the path of a file that a killed daemon left unfinished; or None for an entry
        that is neither, so that the caller can stop after any entry.

    Raises:
        OSError: The folder cannot be read, or the process has no descriptors left.
    """
    ignored = _IgnoredFiles(folder)
    with os.scandir(folder) as entries:
        for entry in entries:
            stem = _clip_stem(entry.name)
            if stem:
                yield ignored.read_clip(stem)
            elif is_part(entry.name) and entry.is_file(follow_symlinks=False):
                yield folder / entry.name
            else:
                yield None
    ignored.log_others()


def read_folder(folder: Path, known: Container[str] = ()) -> Iterator[FoundClip]:
    """Yields the complete clips of a folder, the oldest first, for a command; it may take long.

    Args:
        folder: The folder.
        known: Names without suffix of clips that are left out.

    Raises:
        OSError: The folder cannot be read.
    """
    with os.scandir(folder) as entries:
        stems = sorted(stem for entry in entries if (stem := _clip_stem(entry.name)))
    ignored = _IgnoredFiles(folder)
    for stem in stems:
        if stem in known:
            continue
        found = ignored.read_clip(stem)
        if found and found.has_sound:
            yield found
    ignored.log_others()


class _IgnoredFiles:
    """Files that are named like those of a clip: the first is logged, the others are counted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def read_clip(self, stem: str) -> FoundClip | None:
        """Returns a clip, or None if it is ignored."""
        try:
            return read_clip(self._folder, stem)
        except NotAClipError as error:
            self._count += 1
            if self._count == 1:
                _log.warning(
                    "%s is ignored: it is named like a clip, but cannot be read: %s",
                    self._folder / f"{stem}{SIDECAR}",
                    error,
                )
            return None

    def log_others(self) -> None:
        """Logs how many followed the first one."""
        if self._count > 1:
            _log.warning("%d more sidecars in %s are ignored", self._count - 1, self._folder)


def _clip_stem(name: str) -> str | None:
    """Returns the stem of a sidecar's name, or None for another name."""
    stem = name.removesuffix(SIDECAR)
    return stem if stem != name and CLIP_STEM.fullmatch(stem) else None
