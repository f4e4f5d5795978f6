"""The names of labels and groups."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from soundpost.decide.rules.name_index import NameIndex
from soundpost.decide.rules.reserved_labels import RESERVED_LABELS
from soundpost.errors import ConfigError, did_you_mean

_TOPIC_NAME = re.compile(r"[a-z0-9][a-z0-9_]{0,63}")


class LabelNames:
    """Finds labels by name; the name of a group stands for all labels in it.

    A label has the name that the manifest gives it, and may have others: the common and the
    scientific name of its species. A name that several labels share stands for all of them.

    Attributes:
        labels: All labels.
        groups: The labels of each group, those of the bundle first.

    Args:
        labels: All labels that can be detected, as the model spells them.
        groups: Labels by the name of their group, from the configuration.
        bundle_groups: The same from the bundle; a group of the configuration replaces the one of
            its name.
        other_names: Other names of labels, by label.

    Raises:
        ConfigError: A group holds an unknown label, or has the name of a label.
    """

    def __init__(
        self,
        labels: Iterable[str],
        groups: Mapping[str, Sequence[str]] | None = None,
        bundle_groups: Mapping[str, Sequence[str]] | None = None,
        other_names: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.labels = tuple(labels)
        configured, of_bundle = groups or {}, bundle_groups or {}
        index = NameIndex(self.labels, (), other_names or {})
        for group in configured:
            if group in self.labels:
                raise ConfigError(
                    f"decide.groups.{group}: expected a name of its own, got that of a label",
                    hint="call the group by another name",
                )
        self._of_bundle = of_bundle.keys() - configured.keys()
        self.groups = {group: frozenset(names) for group, names in of_bundle.items()} | {
            group: frozenset(_exact(names, index, f"decide.groups.{group}"))
            for group, names in configured.items()
        }
        self._members = {label: frozenset([label]) for label in self.labels}
        for group, members in self.groups.items():
            self._members[group] = self._members.get(group, frozenset()) | members
        self._other_names = dict(other_names or {})
        self._index = NameIndex(self.labels, self.groups, self._other_names)

    @classmethod
    def union(cls, names: Sequence["LabelNames"]) -> "LabelNames":
        """Returns the names of several models; a group has the labels that any of them gives it.

        A name that is a label's in one model and a group's in another stands for both.
        """
        if len(names) == 1:
            return names[0]
        groups: dict[str, frozenset[str]] = {}
        others: dict[str, list[str]] = {}
        for each in names:
            for group, members in each.groups.items():
                groups[group] = groups.get(group, frozenset()) | members
            for label, spellings in each._other_names.items():  # noqa: SLF001 - of the same class
                others[label] = [*others.get(label, ()), *spellings]
        labels = dict.fromkeys(label for each in names for label in each.labels)
        bundle_groups = {name: sorted(groups[name]) for name in groups}
        return cls(labels, bundle_groups=bundle_groups, other_names=others)

    def __contains__(self, name: str) -> bool:
        """Returns whether a name stands for a label or a group."""
        return bool(self._index.find(name))

    def is_of_bundle(self, name: str) -> bool:
        """Returns whether a name is that of a group whose labels the bundle states."""
        return name in self._of_bundle

    def groups_of(self, label: str) -> list[str]:
        """Returns the groups that a label is in, those of the bundle first."""
        return [group for group, members in self.groups.items() if label in members]

    def groups_with(self, detected: Iterable[str]) -> dict[str, frozenset[str]]:
        """Returns the detected labels of each group that has some, and whose name a topic may have.

        A name that a label could have is one; the configuration may name its groups as it likes.
        """
        on = frozenset(detected)
        return {
            group: members & on
            for group, members in self.groups.items()
            if members & on and _TOPIC_NAME.fullmatch(group)
        }

    def find(self, names: Iterable[str], where: str = "decide") -> frozenset[str]:
        """Returns the labels that the names stand for.

        Args:
            names: Of labels and groups.
            where: The place that names them, for the error.

        Raises:
            ConfigError: There is no such label and no such group.
        """
        exact = self.find_exact(names, where)
        return frozenset[str]().union(*(self._members[name] for name in exact))

    def find_exact(self, names: Iterable[str], where: str = "decide") -> list[str]:
        """Returns the names that the manifest and the groups have for what the names stand for.

        Args:
            names: Of labels and groups, as the user writes them.
            where: The place that names them, for the error.

        Raises:
            ConfigError: There is no such label and no such group.
        """
        return _exact(names, self._index, where)


def _exact(names: Iterable[str], index: NameIndex, where: str) -> list[str]:
    """Returns the exact names; raises ConfigError, for all unknown names at once."""
    found = {name: index.find(name) for name in names}
    unknown = [name for name, exact in found.items() if not exact]
    if unknown:
        raise _unknown(unknown, index.spellings, where)
    return list(dict.fromkeys(name for exact in found.values() for name in exact))


def refuse_unknown(name: str, known: Collection[str], where: str, kind: str) -> None:
    """Raises ConfigError, with the nearest known name in the hint, if the name is unknown."""
    if name not in known:
        raise _unknown([name], known, where, kind)


def _unknown(
    names: Sequence[str], known: Collection[str], where: str, kind: str = "label"
) -> ConfigError:
    """Returns the error for names of which none is known; it names the first one."""
    name, *others = names
    hint = did_you_mean(name, known)
    if name in RESERVED_LABELS and kind == "label":
        hint = f"it is detected only if decide.{name} is true"
    more = f" (and {len(others)} more that are unknown)" if others else ""
    return ConfigError(f"{where}: there is no {kind} {name!r}{more}", hint=hint)
