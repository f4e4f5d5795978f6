"""The labels that the tables of a field folder may name, and how the bundle spells them."""

from collections.abc import Iterable, Mapping

from soundpost.errors import did_you_mean
from soundpost_training.errors import DatasetError

EVERY_LABEL = "*"
"""Stands for all labels in the tables of a field folder."""


class Vocabulary:
    """Translates labels of annotations into those of the bundle under test.

    Args:
        labels: The labels of the bundle.
        aliases: Sets of names of one sound, such as `dog` and `dog_bark`. A name that is not the
            bundle's is translated into the first name of its set that is; without one it stands
            for itself, as a label that the bundle does not have.
        groups: Labels by the name of their group, for tables that name a group.
    """

    def __init__(
        self,
        labels: Iterable[str],
        aliases: Iterable[Iterable[str]] = (),
        groups: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        self._names = {label: label for label in labels}
        self._same = {label: frozenset({label}) for label in self._names}
        for names in map(tuple, aliases):
            known = [name for name in names if name in self._same]
            for name in names:
                self._names.setdefault(name, known[0] if known else names[0])
                self._same[name] = frozenset(known or names[:1])
        self._groups = {group: frozenset(members) for group, members in (groups or {}).items()}

    def label(self, name: str, where: str) -> str:
        """Returns the label that a name stands for.

        Args:
            name: As an annotation spells it.
            where: File and line, for the error.

        Raises:
            DatasetError: There is no such label; the nearest one is in the hint.
        """
        if name not in self._names:
            raise DatasetError(
                f"{where}: expected a label, got {name!r}, which neither the bundle nor the label "
                "map has",
                hint=did_you_mean(name, self._names),
            )
        return self._names[name]

    def labels(self, name: str, where: str) -> frozenset[str]:
        """Returns all labels of the bundle that a name of a label or a group stands for.

        `*` stands for itself.

        Raises:
            DatasetError: There is neither such a label nor such a group.
        """
        if name == EVERY_LABEL:
            return frozenset({EVERY_LABEL})
        if name in self._names or name not in self._groups:
            self.label(name, where)
            return self._same[name]
        members = (self._same.get(label, frozenset({label})) for label in self._groups[name])
        return frozenset[str]().union(*members)
