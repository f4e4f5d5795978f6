"""The names that labels are asked for by: their own, and those of groups."""

import difflib
from collections.abc import Iterable, Mapping, Sequence

from soundpost.decide.unlabelled import NAMELESS
from soundpost.errors import ConfigError


class LabelNames:
    """Finds labels by name; the name of a group stands for all labels in it.

    Args:
        labels: All that can be told, as the model spells them.
        groups: Labels by the name of their group.

    Raises:
        ConfigError: A group holds a name that is no label, or is called like one.
    """

    def __init__(
        self, labels: Iterable[str], groups: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self.labels = tuple(labels)
        self._members = {label: frozenset([label]) for label in self.labels}
        known = self.labels
        for group, names in (groups or {}).items():
            if group in known:
                raise ConfigError(
                    f"decide.groups.{group}: expected a name of its own, got that of a label",
                    hint="call the group by another name",
                )
            for name in names:
                refuse_unknown(name, known, f"decide.groups.{group}", "label")
            self._members[group] = frozenset(names)

    def find(self, names: Iterable[str], where: str = "decide") -> frozenset[str]:
        """The labels that the names stand for.

        Args:
            names: Of labels and groups.
            where: Who names them, for the error.

        Raises:
            ConfigError: There is no such label and no such group.
        """
        found: frozenset[str] = frozenset()
        for name in names:
            refuse_unknown(name, list(self._members), where, "label")
            found |= self._members[name]
        return found


def refuse_unknown(name: str, known: Sequence[str], where: str, kind: str) -> None:
    """Raise ConfigError, with the nearest name in the hint, if the name is not known."""
    if name in known:
        return
    near = difflib.get_close_matches(name, known, n=1)
    guess = f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
    if name in NAMELESS and kind == "label":
        guess = f"it is told only if decide.{name} is true"
    raise ConfigError(f"{where}: there is no {kind} {name!r}", hint=guess)
