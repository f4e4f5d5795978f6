"""Defines what the tracker must know of the labels that occur at a place."""

from typing import Protocol


class Occurrence(Protocol):
    """The labels that occur at the place of the node."""

    def includes(self, label: str, utc_ns: int) -> bool:
        """Returns whether a label occurs at a time, nanoseconds since 1970 UTC."""
        ...


class Everywhere:
    """The occurrence of labels while no place is known: every label occurs."""

    def includes(self, _label: str, _utc_ns: int) -> bool:
        """Returns True."""
        return True
