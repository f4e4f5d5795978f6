"""Clips by label, each label's in the order in which they are removed."""

from array import array
from bisect import bisect_left, insort
from typing import TypeAlias

Slots: TypeAlias = "array[int]"  # array cannot be subscripted at run time before Python 3.12
"""Numbers of clips, or a column with a number for each."""


class LabelGroups:
    """Clips by label, each label's in the order of a column; the last one is removed first.

    Args:
        ranks: The column, a number for each clip.
    """

    def __init__(self, ranks: Slots) -> None:
        self._ranks = ranks
        self._slots: dict[int, Slots] = {}

    def __bool__(self) -> bool:
        return bool(self._slots)

    def add(self, group: int, slot: int) -> None:
        """Adds a clip to a label."""
        insort(self._slots.setdefault(group, array("I")), slot, key=self._ranks.__getitem__)

    def remove(self, group: int, slot: int) -> None:
        """Removes a clip of a label."""
        delete(self._slots[group], slot, self._ranks)
        if not self._slots[group]:
            del self._slots[group]

    def worst(self) -> int | None:
        """Returns the clip of the label with the most clips that is removed first, or None."""
        most = max(map(len, self._slots.values()), default=0)
        lasts = (slots[-1] for slots in self._slots.values() if len(slots) == most)
        return max(lasts, key=self._ranks.__getitem__, default=None)


def delete(slots: Slots, slot: int, column: Slots) -> None:
    """Removes a slot from a list that is sorted by a column."""
    first = bisect_left(slots, column[slot], key=column.__getitem__)
    del slots[slots.index(slot, first)]
