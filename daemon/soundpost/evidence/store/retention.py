"""Removes clips: by age, by the budget, by label and score, some of them at a time."""

import errno
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from soundpost.evidence.store.files import Sidecar, SidecarDetection, remove_clip
from soundpost.evidence.store.index import BLOCK_BYTES, ClipIndex, StoredClip
from soundpost.evidence.store.read_clip import FoundClip
from soundpost.evidence.store.scan import scan
from soundpost.evidence.store.work_slice import WorkSlice, unlimited
from soundpost.system.clock import ClockState, clock_state

_ONE_CLIP_ONLY = (errno.EPERM, errno.EISDIR, errno.EBUSY)
"""Removing another clip may still succeed: a file is immutable, a folder, or a mount point. Other
errors are those of the whole folder."""


def disk_bytes(sizes: list[int]) -> int:
    """Returns the space that files of these sizes take on the disk."""
    return sum(-(-size // BLOCK_BYTES) * BLOCK_BYTES for size in sizes)


class RetentionPolicy:
    """The clips of a folder, removed to make room for new ones.

    Everything that takes longer the more clips there are is done in slices. Until the folder is
    read completely its use is unknown, so a new clip has to replace others of its size then.

    Args:
        folder: The folder. Files without the name and the sidecar of a clip are neither counted
            nor touched.
        budget_bytes: Space for all clips with their pictures and sidecars.
        keep_ns: Greatest age of a clip.
        clock: Returns whether the wall clock can be trusted, by which the age is computed.

    Attributes:
        used_bytes: Space of the clips that are known by now.
        has_stuck_clips: True if the files of a clip could not be removed; they are counted, and
            tried again after the next scan.
    """

    def __init__(
        self,
        folder: Path,
        *,
        budget_bytes: int,
        keep_ns: int,
        clock: Callable[[], ClockState] = clock_state,
    ) -> None:
        self._folder = folder
        self._budget_bytes = budget_bytes
        self._keep_ns = keep_ns
        self._clock = clock
        self._index = ClipIndex()
        self._entries: Iterator[FoundClip | Path | None] = iter(())
        self._is_scanned = False
        self._added_during_scan: set[str] = set()
        self.used_bytes = 0
        self.has_stuck_clips = False

    @property
    def is_scanned(self) -> bool:
        """True once all clips in the folder are known."""
        return self._is_scanned

    def begin_scan(self, now_utc_ns: int = 0) -> None:
        """Forgets all clips, and starts to read the folder again; see `continue_scan`.

        Args:
            now_utc_ns: The time now, which decides what clips are fresh.
        """
        self._index = ClipIndex()
        self._index.set_time(now_utc_ns)
        self._added_during_scan.clear()
        self.used_bytes = 0
        self.has_stuck_clips = False
        self._entries = scan(self._folder)
        self._is_scanned = False

    def continue_scan(self, limit: WorkSlice) -> None:
        """Reads more of the folder, and removes what a killed daemon left unfinished.

        Raises:
            OSError: The folder cannot be read.
        """
        while not self._is_scanned and limit.take():
            try:
                found = next(self._entries)
            except StopIteration:
                self._is_scanned = True
                self._added_during_scan.clear()
                return
            with suppress(OSError):  # what cannot be removed costs its space only
                if isinstance(found, Path):
                    found.unlink(missing_ok=True)
                elif found is not None and not found.has_sound:
                    remove_clip(self._folder, found.stem)
            if isinstance(found, FoundClip) and found.has_sound:
                self._add_found(found)

    def scan(self) -> None:
        """Reads the whole folder at once.

        Raises:
            OSError: The folder cannot be read.
        """
        self.begin_scan()
        self.continue_scan(unlimited())

    def put(self, stem: str, sidecar: Sidecar, sizes: list[int]) -> None:
        """Adds a new clip by its sidecar and the sizes of its files."""
        self._add(stem, sidecar.read_detection(), sizes)
        if not self.is_scanned:
            self._added_during_scan.add(stem)

    def remove_old(self, now_utc_ns: int, limit: WorkSlice | None = None) -> None:
        """Removes clips that are too old, if their clock and the clock now can be trusted.

        Raises:
            OSError: No clip can be removed.
        """
        limit, until_utc_ns = limit or unlimited(), now_utc_ns - self._keep_ns
        slot = self._index.oldest_before(until_utc_ns)
        if slot is None or self._clock() != "synced":
            return  # a clock ten years ahead would remove everything
        while slot is not None and limit.take():
            self._remove(slot)
            slot = self._index.oldest_before(until_utc_ns)

    def remove_excess(self, now_utc_ns: int, limit: WorkSlice | None = None) -> None:
        """Removes clips beyond the budget, which may have been lowered since the last run.

        Raises:
            OSError: No clip can be removed.
        """
        limit = limit or unlimited()
        while self.used_bytes > self._budget_bytes:
            slot = self._index.least_wanted(now_utc_ns)
            if slot is None or not limit.take():
                return
            self._remove(slot)

    def make_room(self, wanted_bytes: int, now_utc_ns: int, limit: WorkSlice | None = None) -> bool:
        """Removes clips until one of that size may be added; returns whether it may.

        It may if it fits the budget. While the folder is not read completely, or is beyond the
        budget anyway, it may as soon as clips of its size are removed.

        Raises:
            OSError: No clip can be removed.
        """
        limit, before_bytes = limit or unlimited(), self.used_bytes
        most_bytes = max(before_bytes, self._budget_bytes) if self.is_scanned else before_bytes
        while self.used_bytes + wanted_bytes > most_bytes:
            slot = self._index.least_wanted(now_utc_ns)
            if wanted_bytes > self._budget_bytes or slot is None or not limit.take():
                return False
            self._remove(slot)
        return True

    def remove_oldest(self, limit: WorkSlice | None = None) -> bool:
        """Removes the oldest clip that can be removed; returns whether there was one.

        Raises:
            OSError: No clip can be removed.
        """
        limit = limit or unlimited()
        while (slot := self._index.oldest()) is not None and limit.take():
            if self._remove(slot):
                return True
        return False

    def _add_found(self, found: FoundClip) -> None:
        if found.stem not in self._added_during_scan:
            self._add(found.stem, found.detection, found.sizes)

    def _add(self, stem: str, detection: SidecarDetection, sizes: list[int]) -> None:
        size_bytes = disk_bytes(sizes)
        self._index.add(StoredClip(stem, detection.score, detection.clock, size_bytes))
        self.used_bytes += size_bytes

    def _remove(self, slot: int) -> bool:
        """Removes a clip; returns False if it is one that cannot be removed.

        Raises:
            OSError: None can be removed.
        """
        try:
            remove_clip(self._folder, self._index.stem(slot))
        except OSError as error:
            if error.errno not in _ONE_CLIP_ONLY:
                raise
            self.has_stuck_clips = True
            self._index.remove(slot)
            return False
        self.used_bytes -= self._index.disk_bytes(slot)
        self._index.remove(slot)
        return True
