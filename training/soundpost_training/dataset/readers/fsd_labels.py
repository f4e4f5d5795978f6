"""One label for a clip that has several: the most particular one, where there is only one."""

from collections import Counter

from soundpost_training.dataset.labels import mended
from soundpost_training.errors import DatasetError


class SingleLabels:
    """What each row of a table is called by the one label that a softmax can give.

    FSD50K names with each label everything above it in the AudioSet ontology: a bark is also a
    dog, a domestic animal and an animal. A label implies another when no row has it without the
    other and some row has the other without it; a row is of a single label when that one implies
    all the others of the row.

    Args:
        rows: The labels of every row, as the table spells them.
        wanted: Those to take, in the spelling of topics; all of them if empty.

    Raises:
        DatasetError: Two labels are one in the spelling of topics, or one is wanted that no row
            has.
    """

    def __init__(self, rows: list[list[str]], wanted: tuple[str, ...]) -> None:
        spelt = {name: mended(name) for labels in rows for name in labels}
        _refuse_merged(spelt)
        unknown = sorted(set(wanted) - set(spelt.values()))
        if unknown:
            raise DatasetError(
                f"no clip has the label {', '.join(unknown)}", hint="mend data.labels"
            )
        self._spelt = spelt
        self._wanted = set(wanted)
        self._count = Counter(name for labels in rows for name in labels)
        self._together = Counter(
            (one, other) for labels in rows for one in labels for other in labels if one != other
        )

    def of(self, labels: list[str]) -> tuple[str | None, str]:
        """The label of a row in the spelling of topics, or none and the reason."""
        if not labels:
            return None, "no label"
        if self._wanted:
            named = {self._spelt[name] for name in labels} & self._wanted
            if not named:
                return None, "none of the labels that are wanted"
            labels = [name for name in labels if self._spelt[name] in named]
        particular = [one for one in labels if not any(self._implies(by, one) for by in labels)]
        if len(particular) > 1:
            return None, f"several labels, {', '.join(particular)}"
        return self._spelt[particular[0]], ""

    def _implies(self, one: str, other: str) -> bool:
        return self._together[one, other] == self._count[one] < self._count[other]


def _refuse_merged(spelt: dict[str, str]) -> None:
    name_of: dict[str, str] = {}
    for name, label in spelt.items():
        other = name_of.setdefault(label, name)
        if other != name:
            raise DatasetError(
                f"{other!r} and {name!r} would be one label, {label}", hint="rename one of them"
            )
