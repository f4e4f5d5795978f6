"""The clips of a folder in memory, in the orders in which they are removed."""

from array import array
from bisect import bisect_left, insort
from datetime import datetime, timedelta

import msgspec

from soundpost.audio import NANOSECONDS
from soundpost.evidence.store.files import CLIP_STEM
from soundpost.evidence.store.label_groups import LabelGroups, Slots, delete
from soundpost.system.clock import ClockState
from soundpost.system.units import EPOCH

FRESH_NS = 24 * 3600 * NANOSECONDS
"""Younger clips are removed only when no older ones are left: a person who comes after an alarm
finds its clip, however low its score."""

BLOCK_BYTES = 4096
"""Files take space on the disk in blocks of this size."""

MOST_GROUPS = 1_000
"""Labels that are counted apart; further ones share a count. A bundle has some fifty, and a choice
takes time in proportion."""

MOST_MOVED = 256
"""Clips that become older or younger than a day at once, as when the clock is set by years: some
milliseconds. The others follow with the next choices."""

_YEAR_ONE = EPOCH.replace(year=1)
_ID_BITS, _TIME_BITS, _SCORE_BITS = 25, 39, 24  # a time of the year 9999 in seconds has 39 bits
_LATEST, _BEST = (1 << _TIME_BITS) - 1, (1 << _SCORE_BITS) - 1


class StoredClip(msgspec.Struct, frozen=True):
    """A clip on the disk.

    Attributes:
        stem: Name of its files without the suffix: time in seconds, label and id of the event.
        score: The event's score, 0 to 1.
        clock: State of the wall clock at that time.
        disk_bytes: Space that its files take on the disk, whole blocks.
    """

    stem: str
    score: float
    clock: ClockState
    disk_bytes: int


class ClipIndex:
    """The clips of a folder: some forty bytes for each, and a few microseconds for each choice.

    A clip is a slot: a position in columns of numbers, and an entry in lists of slots that are
    sorted by one of the columns. Its name is put together from the columns.

    """

    def __init__(self) -> None:
        self._ages = array("Q")  # the time, then bits of the id: the oldest clip comes first
        self._ranks = array("Q")  # of lowest score, then oldest, comes last: it is cheap to remove
        self._ids, self._labels, self._blocks = array("I"), array("I"), array("I")
        self._is_synced = bytearray()
        self._free_slots: Slots = array("I")
        self._label_names: list[str] = []
        self._label_numbers: dict[str, int] = {}
        self._by_age: Slots = array("I")
        self._synced_by_age: Slots = array("I")
        self._boundary_age = 0  # clips before it are in `_old`, the others in `_fresh`
        self._old, self._fresh = LabelGroups(self._ranks), LabelGroups(self._ranks)

    def __len__(self) -> int:
        return len(self._by_age)

    def add(self, clip: StoredClip) -> None:
        """Adds a clip.

        Raises:
            ValueError: Its stem does not have the form of a clip's name, or is no possible time.
        """
        time_text, label, id_digits = _parts(clip.stem)
        seconds = (datetime.fromisoformat(time_text) - _YEAR_ONE) // timedelta(seconds=1)
        slot = self._new_slot()
        self._ids[slot] = int(id_digits, 16)
        self._labels[slot] = self._label_number(label)
        self._blocks[slot] = clip.disk_bytes // BLOCK_BYTES
        self._is_synced[slot] = clip.clock == "synced"
        self._ages[slot] = seconds << _ID_BITS | self._ids[slot] >> (32 - _ID_BITS)
        rank = _BEST - round(min(max(clip.score, 0.0), 1.0) * _BEST)
        self._ranks[slot] = rank << _TIME_BITS | (_LATEST - seconds)
        insort(self._by_age, slot, key=self._ages.__getitem__)
        if self._is_synced[slot]:
            insort(self._synced_by_age, slot, key=self._ages.__getitem__)
        self._groups_of(slot).add(self._group(slot), slot)

    def remove(self, slot: int) -> None:
        """Removes a clip; its slot may be given to another one."""
        self._groups_of(slot).remove(self._group(slot), slot)
        delete(self._by_age, slot, self._ages)
        if self._is_synced[slot]:
            delete(self._synced_by_age, slot, self._ages)
        self._free_slots.append(slot)

    def stem(self, slot: int) -> str:
        """Returns the name of a clip's files without the suffix."""
        time = _YEAR_ONE + timedelta(seconds=self._ages[slot] >> _ID_BITS)
        second = time.isoformat(timespec="seconds")[:19].replace("-", "").replace(":", "")
        return f"{second}Z-{self._label_names[self._labels[slot]]}-{self._ids[slot]:08x}"

    def disk_bytes(self, slot: int) -> int:
        """Returns the space that a clip's files take on the disk."""
        return self._blocks[slot] * BLOCK_BYTES

    def oldest(self) -> int | None:
        """Returns the oldest clip, or None."""
        return self._by_age[0] if self._by_age else None

    def oldest_before(self, utc_ns: int) -> int | None:
        """Returns the oldest clip with a trusted time, if it is not after that second, or None."""
        if not self._synced_by_age:
            return None
        slot = self._synced_by_age[0]
        return slot if self._ages[slot] < _age_after(utc_ns) else None

    def least_wanted(self, now_utc_ns: int) -> int | None:
        """Returns the clip to remove: of the label with the most clips, that of lowest score.

        So rare labels and high scores stay longest. Of equal clips the oldest is chosen; clips of
        the last day are chosen only if there are no others.
        """
        self.set_time(now_utc_ns)
        return self._old.worst() if self._old else self._fresh.worst()

    def set_time(self, now_utc_ns: int) -> None:
        """Counts clips as older than a day or as fresh; at most `MOST_MOVED` change at once."""
        age, ages = _age_after(now_utc_ns - FRESH_NS), self._ages.__getitem__
        here = bisect_left(self._by_age, self._boundary_age, key=ages)
        there = bisect_left(self._by_age, age, key=ages)
        if abs(there - here) > MOST_MOVED:
            there = here + (MOST_MOVED if there > here else -MOST_MOVED)
            age = ages(self._by_age[there])
            there = bisect_left(self._by_age, age, key=ages)  # clips of one age stay together
        moved = self._by_age[min(here, there) : max(here, there)]
        for slot in moved:
            self._groups_of(slot).remove(self._group(slot), slot)
        self._boundary_age = age
        for slot in moved:
            self._groups_of(slot).add(self._group(slot), slot)

    def _new_slot(self) -> int:
        if self._free_slots:
            return self._free_slots.pop()
        for column in (self._ages, self._ranks, self._ids, self._labels, self._blocks):
            column.append(0)
        self._is_synced.append(0)
        return len(self._ages) - 1

    def _label_number(self, label: str) -> int:
        number = self._label_numbers.setdefault(label, len(self._label_names))
        if number == len(self._label_names):
            self._label_names.append(label)
        return number

    def _group(self, slot: int) -> int:
        return min(self._labels[slot], MOST_GROUPS - 1)

    def _groups_of(self, slot: int) -> LabelGroups:
        return self._old if self._ages[slot] < self._boundary_age else self._fresh


def _age_after(utc_ns: int) -> int:
    """Returns the sort key after those of all clips of that second, within the years of a name."""
    seconds = utc_ns // NANOSECONDS + (EPOCH - _YEAR_ONE) // timedelta(seconds=1) + 1
    return min(max(seconds, 0), _LATEST) << _ID_BITS


def _parts(stem: str) -> tuple[str, ...]:
    match = CLIP_STEM.fullmatch(stem)
    if not match:
        raise ValueError(f"expected the name of a clip, got {stem}")
    return match.groups()
