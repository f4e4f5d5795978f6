"""A folder of clips that were fetched from nodes, within a size."""

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from soundpost.evidence.store.clip_file import is_clip_file
from soundpost.evidence.store.files import SOUND, is_part, remove_clip
from soundpost.system.atomic_file import PART
from soundpost.system.units import BYTES_PER_MEGABYTE

_NODE = "node-"
"""Begins the name of each folder: a node may be called `..`."""
_SOURCE = "+"
"""In place of the slash before a source, which no name of a node has."""
_FOLDER_MODE, _FILE_MODE = 0o750, 0o640

_log = logging.getLogger("soundpost.web")


@dataclass(slots=True)
class _Stored:
    """A clip of the cache: its folder, the space of its files, and the time of its last use."""

    folder: Path
    stem: str
    size_bytes: int = 0
    used_ns: int = 0


class ClipCache:
    """Clips by node, each as it lies on its node, so that a review reads them in the same way.

    Args:
        folder: Created when the first clip is stored.
        megabytes: The space that they may take; those that were not used for longest are removed.
    """

    def __init__(self, folder: Path, megabytes: int) -> None:
        self._folder = folder
        self._budget_bytes = megabytes * BYTES_PER_MEGABYTE

    @property
    def largest_bytes(self) -> int:
        """The largest file that is stored: a quarter of all."""
        return self._budget_bytes // 4

    @property
    def folders(self) -> Sequence[Path]:
        """The folders of all nodes."""
        try:
            with os.scandir(self._folder) as entries:
                names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
        except OSError:
            return []
        return [self._folder / name for name in sorted(names) if name.startswith(_NODE)]

    def folder_of(self, node: str) -> Path:
        """Returns the folder of a node; its name is that of no other folder."""
        return self._folder / f"{_NODE}{node.replace('/', _SOURCE)}"

    def create_part(self, node: str, name: str) -> tuple[int, Path]:
        """Creates the unfinished file of a clip; returns its descriptor and its path.

        Raises:
            OSError: It cannot be created.
        """
        folder = self.folder_of(node)
        folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        path = folder / f".{name}{PART}"
        with suppress(FileNotFoundError):
            path.unlink()  # of an earlier run
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC
        return os.open(path, flags, _FILE_MODE), path

    def make_room(self, size_bytes: int) -> None:
        """Removes clips until there is room for a file.

        Raises:
            OSError: A clip cannot be removed.
        """
        stored = sorted(self._stored(), key=lambda clip: clip.used_ns, reverse=True)
        used_bytes = sum(clip.size_bytes for clip in stored)
        while stored and used_bytes + size_bytes > self._budget_bytes:
            oldest = stored.pop()
            remove_clip(oldest.folder, oldest.stem)
            used_bytes -= oldest.size_bytes

    def remove_parts(self) -> None:
        """Removes the unfinished files of an earlier run."""
        for folder in self.folders:
            try:
                for path in list(folder.iterdir()):
                    if is_part(path.name):
                        path.unlink()
            except OSError as error:
                _log.warning("%s cannot be tidied: %s", folder, error.strerror)

    def _stored(self) -> Iterator[_Stored]:
        for folder in self.folders:
            clips: dict[str, _Stored] = {}
            with os.scandir(folder) as entries:
                for entry in entries:
                    if not is_clip_file(entry.name):
                        continue
                    try:
                        status = entry.stat(follow_symlinks=False)
                    except FileNotFoundError:  # removed since it was listed
                        continue
                    stem, _, suffix = entry.name.partition(".")
                    clip = clips.setdefault(stem, _Stored(folder, stem))
                    clip.size_bytes += status.st_size
                    if f".{suffix}" == SOUND or not clip.used_ns:
                        clip.used_ns = status.st_mtime_ns
            yield from clips.values()
