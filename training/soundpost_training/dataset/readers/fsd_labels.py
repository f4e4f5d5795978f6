"""The single label of a clip that has several: the most specific one."""

from collections import Counter

from soundpost.errors import did_you_mean
from soundpost_training.dataset.labels import valid_label
from soundpost_training.errors import DatasetError


class SingleLabels:
    """Chooses one label for each row of a table: a softmax gives each clip one.

    FSD50K has with each label all labels above it in the AudioSet ontology: a bark is also a dog, a
    domestic animal and an animal. A label implies another if no row has it without the other, and
    some row has the other without it. A row has a single label if that one implies all others of
    the row.

    Args:
        rows: The labels of every row, as the table spells them.
        wanted: The labels to use, in the spelling of topics; all of them if empty.

    Raises:
        DatasetError: Two labels are the same in the spelling of topics, or no row has a wanted
            label.
    """

    def __init__(self, rows: list[list[str]], wanted: tuple[str, ...]) -> None:
        spelt = {name: valid_label(name) for labels in rows for name in labels}
        _refuse_merged(spelt)
        unknown = sorted(set(wanted) - set(spelt.values()))
        if unknown:
            raise DatasetError(
                f"no clip has the label {', '.join(unknown)}",
                hint=f"correct data.labels: {did_you_mean(unknown[0], spelt.values())}",
            )
        self._spelt = spelt
        self._wanted = set(wanted)
        self._count = Counter(name for labels in rows for name in labels)
        self._together = Counter(
            (name, other) for labels in rows for name in labels for other in labels if name != other
        )

    def of(self, labels: list[str]) -> tuple[str | None, str]:
        """Returns the label of a row in the spelling of topics, or None and the reason."""
        if not labels:
            return None, "no label"
        if self._wanted:
            named = {self._spelt[name] for name in labels} & self._wanted
            if not named:
                return None, "none of the wanted labels"
            labels = [name for name in labels if self._spelt[name] in named]
        specific = [
            name for name in labels if not any(self._implies(other, name) for other in labels)
        ]
        if len(specific) > 1:
            return None, f"several labels, {', '.join(specific)}"
        return self._spelt[specific[0]], ""

    def _implies(self, name: str, other: str) -> bool:
        return self._together[name, other] == self._count[name] < self._count[other]


def _refuse_merged(spelt: dict[str, str]) -> None:
    name_of: dict[str, str] = {}
    for name, label in spelt.items():
        other = name_of.setdefault(label, name)
        if other != name:
            raise DatasetError(
                f"{other!r} and {name!r} would be one label, {label}", hint="rename one of them"
            )
