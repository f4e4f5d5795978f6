"""Finds labels and groups by any of their names, however these are spelt."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from soundpost.manifest import Label

_SEPARATORS = re.compile(r"[\s!-/:-@\[-`{-~\u2010-\u2015\u2018-\u201f]+")
"""Blanks, the punctuation of ASCII, and the dashes and quotation marks of typesetters."""


def other_names(label: Label) -> list[str]:
    """Returns the names that a label has beside its own.

    The last one joins both names of a species, as lists of species for BirdNET do; there a label
    that is no species has its only name twice (`Dog_Dog`).
    """
    common = label.common_name or label.scientific_name
    scientific = label.scientific_name or label.common_name
    if common is None or scientific is None:
        return []
    return list(dict.fromkeys((common, scientific, f"{scientific}_{common}")))


def folded(name: str) -> str:
    """Returns a name as it is compared: without case, and with one kind of separator."""
    folded_case = unicodedata.normalize("NFKC", name).casefold()
    return _SEPARATORS.sub("_", folded_case).strip("_")


class NameIndex:
    """Finds the exact names for a name as a user writes it.

    An exact name stands for itself. Otherwise case and separators do not matter, so that `Tawny
    owl` and `tawny-owl` are `tawny_owl`: the name stands for all labels that have it, or for the
    group.

    Args:
        labels: The exact names of labels.
        groups: The exact names of groups.
        others: Other names of some labels, by exact name.
    """

    def __init__(
        self, labels: Iterable[str], groups: Iterable[str], others: Mapping[str, Sequence[str]]
    ) -> None:
        self._labels = list(labels)
        self._groups = list(groups)
        self._others = others
        self._exact = frozenset((*self._labels, *self._groups))

    @property
    def spellings(self) -> list[str]:
        """All names, as they are written where they come from."""
        others = [name for names in self._others.values() for name in names]
        return list(dict.fromkeys((*self._labels, *self._groups, *others)))

    def find(self, name: str) -> tuple[str, ...]:
        """Returns the exact names that a name stands for; none if there are none."""
        return (name,) if name in self._exact else self._by_folded_name.get(folded(name), ())

    @cached_property
    def _by_folded_name(self) -> dict[str, tuple[str, ...]]:
        """The exact names for each folded one; only made for a name that is not exact."""
        labels: dict[str, dict[str, None]] = {}
        for label in self._labels:
            for name in (label, *self._others.get(label, ())):
                labels.setdefault(folded(name), {})[label] = None
        found: dict[str, tuple[str, ...]] = {folded(group): (group,) for group in self._groups}
        found |= {name: tuple(of_name) for name, of_name in labels.items()}
        found.pop("", None)
        return found
