"""The names of labels and groups."""

import re
from collections.abc import Iterable, Mapping, Sequence

from soundpost.decide.rules.reserved_labels import RESERVED_LABELS
from soundpost.errors import ConfigError, did_you_mean

_TOPIC_NAME = re.compile(r"[a-z0-9][a-z0-9_]{0,63}")


class LabelNames:
    """Finds labels by name; the name of a group stands for all labels in it.

    Attributes:
        labels: All labels.
        groups: The labels of each group, those of the bundle first.

    Args:
        labels: All labels that can be detected, as the model spells them.
        groups: Labels by the name of their group, from the configuration.
        bundle_groups: The same from the bundle; a group of the configuration replaces the one of
            its name.

    Raises:
        ConfigError: A group holds an unknown label, or has the name of a label.
    """

    def __init__(
        self,
        labels: Iterable[str],
        groups: Mapping[str, Sequence[str]] | None = None,
        bundle_groups: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.labels = tuple(labels)
        configured, of_bundle = groups or {}, bundle_groups or {}
        known = self.labels
        for group, names in configured.items():
            if group in known:
                raise ConfigError(
                    f"decide.groups.{group}: expected a name of its own, got that of a label",
                    hint="call the group by another name",
                )
            for name in names:
                refuse_unknown(name, known, f"decide.groups.{group}", "label")
        self._of_bundle = of_bundle.keys() - configured.keys()
        self.groups = {
            group: frozenset(names) for group, names in {**of_bundle, **configured}.items()
        }
        self._members = {label: frozenset([label]) for label in self.labels} | self.groups

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
        found: frozenset[str] = frozenset()
        for name in names:
            refuse_unknown(name, list(self._members), where, "label")
            found |= self._members[name]
        return found


def refuse_unknown(name: str, known: Sequence[str], where: str, kind: str) -> None:
    """Raises ConfigError, with the nearest known name in the hint, if the name is unknown."""
    if name in known:
        return
    hint = did_you_mean(name, known)
    if name in RESERVED_LABELS and kind == "label":
        hint = f"it is detected only if decide.{name} is true"
    raise ConfigError(f"{where}: there is no {kind} {name!r}", hint=hint)
