"""Reads the groups of labels that a user gives at import."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from soundpost.errors import BundleImportError, did_you_mean
from soundpost.events import ANY, UNKNOWN
from soundpost.importer.labels.slugs import Names, slug
from soundpost.importer.labels.table import DELIMITERS
from soundpost.importer.labels.text import read_label_file

SHIPPED = Path(__file__).resolve().parents[1] / "groups"
"""The folder of tables that come with Soundpost."""

_COLUMNS = 2
_HEADER = ["label", "group"]
_YES = frozenset({"yes", "true", "1"})


class LabelGroup(NamedTuple):
    """The group of a label, and whether its sound is speech."""

    name: str
    is_speech: bool


def find_groups(name_or_file: str) -> Path:
    """Returns the table of a name that comes with Soundpost, such as `yamnet`, or a file."""
    shipped = SHIPPED / f"{name_or_file}.csv"
    is_name = "/" not in name_or_file and shipped.is_file()
    return shipped if is_name else Path(name_or_file)


def read_groups(path: Path, slugs: Sequence[str], names: Sequence[Names]) -> dict[str, LabelGroup]:
    """Returns the group of each label that a table of labels and groups names.

    Args:
        path: A CSV file with the columns label, group and, if wanted, speech (`yes`); a header may
            be there. A label is named by its slug, its common or its scientific name.
        slugs: The slugs of all labels.
        names: Their names, in the same order.

    Returns:
        The groups by the slugs of the labels.

    Raises:
        BundleImportError: The file cannot be read, names an unknown label, gives a label two
            groups, or a group the name of a label.
    """
    known, taken = _known(slugs, names), {*slugs, ANY, UNKNOWN}
    groups: dict[str, LabelGroup] = {}
    shipped = ", ".join(sorted(table.stem for table in SHIPPED.glob("*.csv")))
    lines = read_label_file(path, f"give a CSV file with label,group in each line, or {shipped}")
    delimiter = max(DELIMITERS, key=lines[0].count)
    for number, row in enumerate(csv.reader(lines, delimiter=delimiter, skipinitialspace=True), 1):
        cells = [cell.strip() for cell in row]
        if not cells or [cell.lower() for cell in cells[:_COLUMNS]] == _HEADER:
            continue
        if len(cells) < _COLUMNS or not (group := slug(cells[1])):
            raise BundleImportError(
                f"{path}: expected a label and a group in line {number}, got {row!r}",
                hint="write `label,group` in each line",
            )
        label = known.get(cells[0].casefold())
        if label is None:
            raise BundleImportError(
                f"{path}: expected a label of the model in line {number}, got {cells[0]!r}",
                hint=did_you_mean(
                    cells[0].casefold(), known, "a label is named by one of its names"
                ),
            )
        if group in taken:
            raise BundleImportError(
                f"{path}: expected a group with a name of its own, got {group}, that of a label",
                hint="call the group by another name",
            )
        found = LabelGroup(group, any(cell.lower() in _YES for cell in cells[_COLUMNS:]))
        if groups.setdefault(label, found) != found:
            raise BundleImportError(
                f"{path}: expected one group for {label}, got {groups[label].name} and {group}",
                hint="a label of a bundle has one group; add others in [decide.groups]",
            )
    return groups


def _known(slugs: Sequence[str], names: Sequence[Names]) -> dict[str, str]:
    """Returns the slugs by every name of a label; a slug wins over a name that is equal."""
    known = {}
    for label, name in zip(slugs, names, strict=True):
        for text in (name.scientific, name.common):
            if text:
                known[text.casefold()] = label
    return known | {label: label for label in slugs}
