"""Keeps the folder of clips within its bounds, a slice of work between two chunks."""

import errno
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from soundpost.evidence.store.files import Sidecar
from soundpost.evidence.store.retention import RetentionPolicy
from soundpost.evidence.store.work_slice import WorkSlice

SLICE_SECONDS = 0.02
"""Work on the folder between two chunks, of 0.05 to 0.1 s of sound: the rest is for detection."""

SCAN_SECONDS, ROOM_SECONDS = 0.5, 0.5
"""The longest time that the clips of one chunk wait for the folder to be read, and for others to be
removed; together well below the sound that capture buffers, and the time-out of the watchdog."""


class FolderUpkeep:
    """Reads the folder, removes clips beyond its bounds, and makes room for new ones.

    Nothing here takes longer the more clips there are: `work` does as much as fits in a slice, and
    what is left waits for the next chunk.

    Args:
        folder: Created if it is missing.
        retention: Knows the clips, and chooses those to remove.
        keep_free_bytes: Free space to leave on the disk; the oldest clips are removed for it.
        monotonic_seconds: The clock of the slices.
    """

    def __init__(
        self,
        folder: Path,
        retention: RetentionPolicy,
        keep_free_bytes: int,
        monotonic_seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._retention = retention
        self._keep_free_bytes = keep_free_bytes
        self._monotonic_seconds = monotonic_seconds
        self._folder_id: tuple[int, int] | None = None
        self._has_work = False
        self._missing_bytes = 0
        self._renew_limits()

    def begin(self) -> None:
        """Has `work` look for clips beyond the age and the budget, and for the folder itself."""
        self._has_work = True
        if self._retention.has_stuck_clips and self._retention.is_scanned:
            self.forget()  # a new scan finds them, and they are tried again

    def forget(self) -> None:
        """Has the folder scanned again: it was removed, or may be another one."""
        self._folder_id = None

    def work(self, now_utc_ns: int) -> None:
        """Does what is left of the work, for a slice of time; called with every chunk.

        Raises:
            OSError: The folder cannot be created or read, or no clip can be removed. The work is
                tried again with the next clip, or after the next `begin`.
        """
        self._renew_limits()
        if not self._has_work:
            return
        self._has_work = False
        limit = WorkSlice(SLICE_SECONDS, self._monotonic_seconds)
        self._scan(now_utc_ns, limit)
        if self._retention.is_scanned:
            self._retention.remove_old(now_utc_ns, limit)
            self._retention.remove_excess(now_utc_ns, limit)
            if self._missing_bytes:
                self._leave_free(self._missing_bytes, limit)
        self._has_work = limit.is_used_up or not self._retention.is_scanned

    def make_room(self, size_bytes: int, now_utc_ns: int) -> None:
        """Removes clips until there is room for a new one.

        Raises:
            OSError: There is no room, or it takes too long to make it; then `work` continues.
        """
        self._scan(now_utc_ns, self._scan_limit)
        self._has_work = True  # other clips may have become too old by now
        if not self._retention.make_room(size_bytes, now_utc_ns, self._room_limit):
            raise OSError(errno.EDQUOT, "the budget has no room for this clip")
        if not self._leave_free(self._keep_free_bytes + size_bytes, self._room_limit):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def add(self, stem: str, sidecar: Sidecar, sizes: list[int]) -> None:
        """Counts a new clip, by its sidecar and the sizes of its files."""
        self._retention.put(stem, sidecar, sizes)

    def remove_oldest(self) -> bool:
        """Removes the oldest clip, because the disk is full; returns False if there is no time.

        Raises:
            OSError: No clip can be removed.
        """
        return self._retention.remove_oldest(self._room_limit)

    def _renew_limits(self) -> None:
        self._scan_limit = WorkSlice(SCAN_SECONDS, self._monotonic_seconds)
        self._room_limit = WorkSlice(ROOM_SECONDS, self._monotonic_seconds)

    def _scan(self, now_utc_ns: int, limit: WorkSlice) -> None:
        """Creates the folder if it is missing, and continues to read it if it is new.

        Raises:
            OSError: It cannot be created or read; it is read from its start the next time.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        found = self._folder.stat()
        folder_id = found.st_dev, found.st_ino
        if folder_id != self._folder_id:  # the first time, or another disk is mounted there
            self._retention.begin_scan(now_utc_ns)
        try:
            self._retention.continue_scan(limit)
        except OSError:
            self.forget()
            raise
        self._folder_id = folder_id

    def _leave_free(self, wanted_bytes: int, limit: WorkSlice) -> bool:
        """Removes the oldest clips until the disk has the wanted free space; returns whether.

        If removing all of them would not be enough, none is removed.
        """
        self._missing_bytes = 0
        while (free_bytes := shutil.disk_usage(self._folder).free) < wanted_bytes:
            is_enough = free_bytes + self._retention.used_bytes >= wanted_bytes
            if not is_enough or not self._retention.remove_oldest(limit):
                is_final = self._retention.is_scanned and not (is_enough and limit.is_used_up)
                self._missing_bytes = 0 if is_final else wanted_bytes
                return False
        return True
