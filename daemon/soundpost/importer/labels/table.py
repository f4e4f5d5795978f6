"""Labels in a table (CSV): which column is which, and rows in the order of their index."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass

from soundpost.errors import BundleImportError
from soundpost.importer.labels.slugs import Names

DELIMITERS = (",", ";", "\t")

_INDEX = {"index", "idx", "class_index", "class_id", "label_id"}
_COMMON = (
    *("common_name", "display_name", "primary_com_name", "com_name", "comname", "english_name"),
    *("label_name", "class_name", "name", "label", "labels", "class", "species_code"),
)
_SCIENTIFIC = ("scientific_name", "sci_name", "sciname", "latin_name", "scientific", "species")
"""Names of columns in lower case, in the order of preference: AudioSet's class map, eBird's
taxonomy, and what tables of classes usually have."""
_NAMESPACE = re.compile(r"(ebird|inat|clements|audioset|reef|fsd)\w*")
"""The header of a list of Perch's: the taxonomy that its only column is from, such as
`ebird2021_species`."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table that are used, counted from 0; None where it has none."""

    index: int | None
    common: int | None
    scientific: int | None


def find_columns(header: Sequence[str]) -> Columns | None:
    """Returns the columns that a header names; None if it names no labels, so is not a header."""
    names = [re.sub(r"[\s-]+", "_", name.strip().lower()) for name in header]
    common = next((names.index(name) for name in _COMMON if name in names), None)
    scientific = next((names.index(name) for name in _SCIENTIFIC if name in names), None)
    if common is None and scientific is None:
        common = next((at for at, name in enumerate(names) if _NAMESPACE.fullmatch(name)), None)
    if common is None and scientific is None:
        return None
    index = next((at for at, name in enumerate(names) if name in _INDEX), None)
    return Columns(index=index, common=common, scientific=scientific)


def split_header(line: str) -> list[str]:
    """Returns the cells of a header, by the delimiter that gives the most of them."""
    return max((line.split(delimiter) for delimiter in DELIMITERS), key=len)


def read_table(lines: Sequence[str], where: str) -> list[Names]:
    """Returns the labels of a table, in the order of its index column if it has one.

    Args:
        lines: The lines of the file, the first a header unless there is only one column.
        where: The name of the file, for errors.

    Raises:
        BundleImportError: A row is incomplete, indices are missing or double, no column is known,
            or a quotation mark is left open.
    """
    width, delimiter = max((len(lines[0].split(char)), char) for char in reversed(DELIMITERS))
    rows = _rows(lines, delimiter, where)
    columns = find_columns(rows[0])
    if columns is None:
        if width > 1:
            raise BundleImportError(
                f"{where}: expected a header with a column such as {', '.join(_COMMON[:2])} or "
                f"{_SCIENTIFIC[0]}, got {lines[0]!r}",
                hint="add a header line that names the columns",
            )
        columns, first = Columns(index=None, common=0, scientific=None), 0
    else:
        first = 1
    used = [at for at in (columns.index, columns.common, columns.scientific) if at is not None]
    labels = []
    for number, row in enumerate(rows[first:], first + 1):
        if len(row) <= max(used) or not any(_cells(row, columns)):
            raise BundleImportError(
                f"{where}: expected {max(used) + 1} columns and a name in line {number}, "
                f"got {delimiter.join(row)!r}",
                hint="each output of the model needs a label",
            )
        labels.append((row, Names(*_cells(row, columns))))
    if columns.index is None:
        return [names for _, names in labels]
    return _ordered([(row[columns.index], names) for row, names in labels], where)


def _rows(lines: Sequence[str], delimiter: str, where: str) -> list[list[str]]:
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True))
    except csv.Error as error:
        raise BundleImportError(
            f"{where}: expected a table with {delimiter!r} between its columns, got {error}",
            hint="close each quotation mark in the line in which it begins",
        ) from error
    if len(rows) != len(lines):
        raise BundleImportError(
            f"{where}: expected a row in each of {len(lines)} lines, got {len(rows)} rows",
            hint="close each quotation mark in the line in which it begins",
        )
    return rows


def _cells(row: Sequence[str], columns: Columns) -> tuple[str | None, str | None]:
    common = None if columns.common is None else row[columns.common].strip()
    scientific = None if columns.scientific is None else row[columns.scientific].strip()
    return common or None, scientific or None


def _ordered(rows: Sequence[tuple[str, Names]], where: str) -> list[Names]:
    """Returns the labels by their indices, which run from 0 or from 1 without a gap."""
    by_index: dict[int, Names] = {}
    for text, names in rows:
        number = int(text) if text.strip().isascii() and text.strip().isdecimal() else -1
        if number < 0 or number in by_index:
            raise BundleImportError(
                f"{where}: expected an index of its own in each row, got {text!r}",
                hint="number the rows as the outputs of the model, from 0",
            )
        by_index[number] = names
    first = min(by_index, default=0)
    if first not in {0, 1} or max(by_index, default=0) - first + 1 != len(by_index):
        raise BundleImportError(
            f"{where}: expected indices from 0 to {len(by_index) - 1}, got {first} to "
            f"{max(by_index)}",
            hint="number the rows as the outputs of the model, from 0",
        )
    return [by_index[number] for number in sorted(by_index)]
