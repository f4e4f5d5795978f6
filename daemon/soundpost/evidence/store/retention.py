"""Which clips stay: by age, by what the disk can hold, and by what they are worth."""

import logging
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from soundpost.audio import NANOSECONDS
from soundpost.evidence.store.files import (
    NOT_OURS,
    OURS,
    SIDECAR,
    SOUND,
    SUFFIXES,
    Sidecar,
    remove_clip,
    remove_parts,
)
from soundpost.system.clock import ClockState, clock_state

LOG = logging.getLogger("soundpost.evidence")

BLOCK_BYTES = 4096
"""What a file takes on the disk comes in blocks of this size."""

FRESH_NS = 24 * 3600 * NANOSECONDS
"""What is younger goes only when nothing older is left: who comes to look after an alarm finds
it, however low its score."""


@dataclass(frozen=True, slots=True)
class StoredClip:
    """A clip on the disk.

    Attributes:
        stem: Name of its files without the suffix; names sort by onset.
        label: What is heard in it.
        score: The event's score.
        onset_utc_ns: When it was heard, nanoseconds since 1970 UTC.
        clock: Whether that can be believed.
        disk_bytes: What all its files take on the disk.
    """

    stem: str
    label: str
    score: float
    onset_utc_ns: int
    clock: ClockState
    disk_bytes: int


def disk_bytes(sizes: list[int]) -> int:
    """What files of these sizes take on the disk."""
    return sum(-(-size // BLOCK_BYTES) * BLOCK_BYTES for size in sizes)


def next_to_go(kept: list[StoredClip], now_utc_ns: int) -> StoredClip:
    """The clip that is missed least: of the label with the most clips the one of lowest score.

    So the rare and the best stay longest. Of equals the oldest goes; clips of the last day go
    when there are no others.

    Args:
        kept: One clip at least.
        now_utc_ns: The time now.
    """
    settled = [clip for clip in kept if now_utc_ns - clip.onset_utc_ns >= FRESH_NS] or kept
    clips_of = Counter(clip.label for clip in settled)
    return min(settled, key=lambda clip: (-clips_of[clip.label], clip.score, clip.stem))


def read_folder(folder: Path) -> Iterator[tuple[Path, Sidecar]]:
    """The sidecars of a folder that are ours beyond doubt, in the order of their names.

    Raises:
        OSError: The folder cannot be read.
    """
    for path in sorted(folder.glob(f"*{SIDECAR}")):
        if not OURS.fullmatch(path.stem) or path.is_symlink():
            continue
        try:
            sidecar = msgspec.json.decode(path.read_bytes(), type=Sidecar)
            _ = sidecar.told().onset_utc_ns
        except NOT_OURS as error:
            LOG.warning("%s is let be: it is called as a clip is, but: %s", path, error)
            continue
        if sidecar.clip == f"{path.stem}{SOUND}":
            yield path, sidecar


class RetentionPolicy:
    """The clips of a folder, of which some must go that others can come.

    Args:
        folder: Where they lie. Files that are not proved ours by their name and their sidecar
            are neither counted nor touched.
        budget_bytes: What all of them may take on the disk, pictures and sidecars included.
        keep_ns: How old one may become.
        clock: Whether the time can be believed by which that is judged.
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
        self._kept: dict[str, StoredClip] = {}
        self._none_before_utc_ns = sys.maxsize  # spares looking through all of them for each one
        self.used_bytes = 0

    def take_stock(self) -> None:
        """Learn what lies in the folder, and clear away what a killed daemon left unfinished.

        Raises:
            OSError: The folder cannot be read.
        """
        remove_parts(self._folder)
        self._kept.clear()
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
        """Count a clip, by its sidecar and the sizes of its files; anew if it was written again."""
        known = self._kept.pop(stem, None)
        clip = _kept(stem, sidecar, disk_bytes(sizes))
        self._kept[stem] = clip
        if clip.clock == "synced":
            self._none_before_utc_ns = min(self._none_before_utc_ns, clip.onset_utc_ns)
        self.used_bytes += clip.disk_bytes - (known.disk_bytes if known else 0)

    def forget_old(self, now_utc_ns: int) -> None:
        """Remove what is too old, but nothing whose time cannot be believed, nor by such a time."""
        if now_utc_ns - self._none_before_utc_ns <= self._keep_ns:
            return
        if self._clock() != "synced":  # one that was set ten years ahead would leave nothing
            return
        timed = [clip for clip in self._kept.values() if clip.clock == "synced"]
        for clip in timed:
            if now_utc_ns - clip.onset_utc_ns > self._keep_ns:
                self._remove(clip)
        left = (clip.onset_utc_ns for clip in timed if clip.stem in self._kept)
        self._none_before_utc_ns = min(left, default=sys.maxsize)

    def make_room(self, wanted_bytes: int, now_utc_ns: int) -> bool:
        """Whether a clip of that size now fits the budget; others may have gone for it."""
        stuck: set[str] = set()
        while self.used_bytes + wanted_bytes > self._budget_bytes:
            removable = [clip for stem, clip in self._kept.items() if stem not in stuck]
            if wanted_bytes > self._budget_bytes or not removable:
                return False
            clip = next_to_go(removable, now_utc_ns)
            if not self._remove(clip):
                stuck.add(clip.stem)
        return True

    def give_oldest(self) -> bool:
        """Whether the oldest clip that can be removed went, to leave the disk more room."""
        return any(self._remove(self._kept[stem]) for stem in sorted(self._kept))

    def _remove(self, clip: StoredClip) -> bool:
        if not remove_clip(self._folder, clip.stem):
            return False
        del self._kept[clip.stem]
        self.used_bytes -= clip.disk_bytes
        return True


def _kept(stem: str, sidecar: Sidecar, size_bytes: int) -> StoredClip:
    told = sidecar.told()
    return StoredClip(
        stem=stem,
        label=told.label,
        score=told.score,
        onset_utc_ns=told.onset_utc_ns,
        clock=told.clock,
        disk_bytes=size_bytes,
    )
