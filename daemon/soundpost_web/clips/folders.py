"""Finds a clip by its node and its name, in the folders of this machine."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from soundpost.evidence.store.clip_file import ClipFile, is_clip_file
from soundpost.evidence.store.files import PICTURE, SIDECAR, SOUND
from soundpost_web.clips.cache import ClipCache

MEDIA_TYPES = {SOUND: "audio/flac", PICTURE: "image/png", SIDECAR: "application/json"}
"""The type of each file of a clip, by its suffix."""


class ClipFolders:
    """The folders in which clips of nodes lie. Names come from a pattern, folders from here.

    Args:
        shared: A folder that is looked into for every node; None for none.
        by_node: The folder of each node.
        cache: The clips that were fetched.
    """

    def __init__(self, shared: Path | None, by_node: Mapping[str, Path], cache: ClipCache) -> None:
        self._shared = [] if shared is None else [shared]
        self._by_node = dict(by_node)
        self._cache = cache

    @property
    def all(self) -> Sequence[Path]:
        """Every folder that may have clips, those of the configuration first."""
        return [*dict.fromkeys([*self._by_node.values(), *self._shared]), *self._cache.folders]

    @property
    def fetched(self) -> Sequence[Path]:
        """The folders of clips that were fetched from nodes."""
        return self._cache.folders

    def open(self, node: str, name: str) -> ClipFile:
        """Opens a file of a clip.

        Args:
            node: `<node>` or `<node>/<source>`.
            name: The name of the file.

        Raises:
            OSError: There is none, or it is not a regular file.
        """
        failure: OSError = FileNotFoundError(name)
        for folder in self._of(node):
            try:
                file = ClipFile(folder, name)
            except FileNotFoundError:
                continue
            except OSError as error:
                failure = error
                continue
            if folder == self._cache.folder_of(node):
                with suppress(OSError):  # a disk that is read-only keeps what it has
                    file.mark_used()
            return file
        raise failure

    def has_own(self, node: str) -> bool:
        """Returns whether the configuration names a folder of a node: its clips are all there."""
        return node in self._by_node

    def has(self, node: str, name: str) -> bool:
        """Returns whether a file of a clip can be opened."""
        try:
            self.open(node, name).close()
        except OSError:
            return False
        return True

    def named(self, node: str, part: str, most: int) -> list[str]:
        """Returns the names of the latest sounds that a node may have stored, the latest first.

        Args:
            node: The node. A folder that several nodes share has those of the others, too.
            part: Is in the name, such as `-requested-`.
            most: The most names.
        """
        found: set[str] = set()
        for folder in self._of(node):
            with suppress(OSError):  # one that is gone has none
                names = (path.name for path in folder.iterdir())
                found |= {name for name in names if part in name and clip_stem(name)}
        return sorted(found, reverse=True)[:most]

    def _of(self, node: str) -> list[Path]:
        own = self._by_node.get(node)
        return [*([own] if own else []), *self._shared, self._cache.folder_of(node)]


def clip_stem(name: str) -> str | None:
    """Returns the name of a clip without its suffix; None if no node names a clip so."""
    return name.removesuffix(SOUND) if name.endswith(SOUND) and is_clip_file(name) else None
