"""Chooses the clips to remove: by age, by the budget, by label and score."""

import logging
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from soundpost.audio import NANOSECONDS
from soundpost.evidence.store.files import (
    CLIP_STEM,
    SIDECAR,
    SIDECAR_ERRORS,
    SOUND,
    SUFFIXES,
    Sidecar,
    remove_clip,
    remove_parts,
)
from soundpost.system.clock import ClockState, clock_state

LOG = logging.getLogger("soundpost.evidence")

BLOCK_BYTES = 4096
"""Files take space on the disk in blocks of this size."""

FRESH_NS = 24 * 3600 * NANOSECONDS
"""Younger clips are removed only when no older ones are left: a person who comes after an alarm
finds its clip, however low its score."""


@dataclass(frozen=True, slots=True)
class StoredClip:
    """A clip on the disk.

    Attributes:
        stem: Name of its files without the suffix; names sort by onset.
        label: The event's label.
        score: The event's score.
        onset_utc_ns: The event's onset, nanoseconds since 1970 UTC.
        clock: State of the wall clock then.
        disk_bytes: Space that its files take on the disk.
    """

    stem: str
    label: str
    score: float
    onset_utc_ns: int
    clock: ClockState
    disk_bytes: int


def disk_bytes(sizes: list[int]) -> int:
    """Returns the space that files of these sizes take on the disk."""
    return sum(-(-size // BLOCK_BYTES) * BLOCK_BYTES for size in sizes)


def choose_for_removal(clips: list[StoredClip], now_utc_ns: int) -> StoredClip:
    """Chooses the clip to remove: of the label with the most clips, the one of lowest score.

    So rare labels and high scores stay longest. Of equal clips the oldest is chosen; clips of the
    last day are chosen only if there are no others.

    Args:
        clips: At least one.
        now_utc_ns: The time now.
    """
    settled = [clip for clip in clips if now_utc_ns - clip.onset_utc_ns >= FRESH_NS] or clips
    clips_of = Counter(clip.label for clip in settled)
    return min(settled, key=lambda clip: (-clips_of[clip.label], clip.score, clip.stem))


def read_folder(folder: Path) -> Iterator[tuple[Path, Sidecar]]:
    """Yields the sidecars of a folder that soundpost wrote, in the order of their names.

    Raises:
        OSError: The folder cannot be read.
    """
    for path in sorted(folder.glob(f"*{SIDECAR}")):
        if not CLIP_STEM.fullmatch(path.stem) or path.is_symlink():
            continue
        try:
            sidecar = msgspec.json.decode(path.read_bytes(), type=Sidecar)
            _ = sidecar.read_detection().onset_utc_ns
        except SIDECAR_ERRORS as error:
            LOG.warning(
                "%s is ignored: it is named like a clip, but cannot be read: %s", path, error
            )
            continue
        if sidecar.clip == f"{path.stem}{SOUND}":
            yield path, sidecar


class RetentionPolicy:
    """The clips of a folder, removed to make room for new ones.

    Args:
        folder: The folder. Files without the name and the sidecar of a clip are neither counted
            nor touched.
        budget_bytes: Space for all clips with their pictures and sidecars.
        keep_ns: Greatest age of a clip.
        clock: Returns whether the wall clock can be trusted, by which the age is computed.
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
        self._clips: dict[str, StoredClip] = {}
        self._none_before_utc_ns = sys.maxsize  # avoids a scan of all clips for each new one
        self.used_bytes = 0

    def scan(self) -> None:
        """Lists the clips in the folder, and removes what a killed daemon left unfinished.

        Raises:
            OSError: The folder cannot be read.
        """
        remove_parts(self._folder)
        self._clips.clear()
        self._none_before_utc_ns = sys.maxsize
        self.used_bytes = 0
        for path, sidecar in read_folder(self._folder):
            files = [path.with_suffix(suffix) for suffix in SUFFIXES]
            if files[-1].exists():
                sizes = [file.stat().st_size for file in files if file.exists()]
                self.put(path.stem, sidecar, sizes)
            else:
                remove_clip(self._folder, path.stem)

    def put(self, stem: str, sidecar: Sidecar, sizes: list[int]) -> None:
        """Adds a clip by its sidecar and the sizes of its files, or replaces it."""
        known = self._clips.pop(stem, None)
        clip = _stored_clip(stem, sidecar, disk_bytes(sizes))
        self._clips[stem] = clip
        if clip.clock == "synced":
            self._none_before_utc_ns = min(self._none_before_utc_ns, clip.onset_utc_ns)
        self.used_bytes += clip.disk_bytes - (known.disk_bytes if known else 0)

    def remove_old(self, now_utc_ns: int) -> None:
        """Removes clips that are too old, if their clock and the clock now can be trusted."""
        if now_utc_ns - self._none_before_utc_ns <= self._keep_ns:
            return
        if self._clock() != "synced":  # a clock ten years ahead would remove everything
            return
        timed = [clip for clip in self._clips.values() if clip.clock == "synced"]
        for clip in timed:
            if now_utc_ns - clip.onset_utc_ns > self._keep_ns:
                self._remove(clip)
        left = (clip.onset_utc_ns for clip in timed if clip.stem in self._clips)
        self._none_before_utc_ns = min(left, default=sys.maxsize)

    def make_room(self, wanted_bytes: int, now_utc_ns: int) -> bool:
        """Removes clips until one of that size fits the budget; returns whether it fits."""
        stuck: set[str] = set()
        while self.used_bytes + wanted_bytes > self._budget_bytes:
            removable = [clip for stem, clip in self._clips.items() if stem not in stuck]
            if wanted_bytes > self._budget_bytes or not removable:
                return False
            clip = choose_for_removal(removable, now_utc_ns)
            if not self._remove(clip):
                stuck.add(clip.stem)
        return True

    def remove_oldest(self) -> bool:
        """Removes the oldest clip that can be removed; returns whether there was one."""
        return any(self._remove(self._clips[stem]) for stem in sorted(self._clips))

    def _remove(self, clip: StoredClip) -> bool:
        if not remove_clip(self._folder, clip.stem):
            return False
        del self._clips[clip.stem]
        self.used_bytes -= clip.disk_bytes
        return True


def _stored_clip(stem: str, sidecar: Sidecar, size_bytes: int) -> StoredClip:
    detection = sidecar.read_detection()
    return StoredClip(
        stem=stem,
        label=detection.label,
        score=detection.score,
        onset_utc_ns=detection.onset_utc_ns,
        clock=detection.clock,
        disk_bytes=size_bytes,
    )
