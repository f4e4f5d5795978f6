"""Reads the groups of labels that a user gives at import."""

import csv
from collections.abc import Sequence
from pathlib import Path

from soundpost.errors import BundleImportError, did_you_mean
from soundpost.events import ANY, UNKNOWN
from soundpost.importer.labels.slugs import Names, slug
from soundpost.importer.labels.table import DELIMITERS
from soundpost.importer.labels.text import read_label_file

_COLUMNS = 2


def read_groups(path: Path, slugs: Sequence[str], names: Sequence[Names]) -> dict[str, str]:
    """Returns the group of each label that a table of labels and groups names.

    Args:
        path: A CSV file with the columns label and group; a header `label,group` may be there. A
            label is named by its slug, its common or its scientific name.
        slugs: The slugs of all labels.
        names: Their names, in the same order.

    Returns:
        The name of the group by the slug of the label.

    Raises:
        BundleImportError: The file cannot be read, names an unknown label, gives a label two
            groups, or a group the name of a label.
    """
    known = _known(slugs, names)
    groups: dict[str, str] = {}
    lines = read_label_file(path)
    delimiter = max(DELIMITERS, key=lines[0].count)
    rows = list(csv.reader(lines, delimiter=delimiter, skipinitialspace=True))
    for number, row in enumerate(rows, 1):
        if [cell.strip().lower() for cell in row[:_COLUMNS]] == ["label", "group"] or not row:
            continue
        label = known.get(row[0].strip().casefold())
        if len(row) < _COLUMNS or not (group := slug(row[1])):
            raise BundleImportError(
                f"{path}: expected a label and a group in line {number}, got {row!r}",
                hint="write `label,group` in each line",
            )
        if label is None:
            raise BundleImportError(
                f"{path}: expected a label of the model in line {number}, got {row[0]!r}",
                hint=did_you_mean(row[0].strip().casefold(), known, "`label` is a name or a slug"),
            )
        if groups.setdefault(label, group) != group:
            raise BundleImportError(
                f"{path}: expected one group for {label}, got {groups[label]} and {group}",
                hint="a label of a bundle has one group; add others in [decide.groups]",
            )
        if group in slugs or group in {ANY, UNKNOWN}:
            raise BundleImportError(
                f"{path}: expected a group with a name of its own, got {group}, that of a label",
                hint="call the group by another name",
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
