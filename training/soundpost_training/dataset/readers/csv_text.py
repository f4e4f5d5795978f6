"""The text of a CSV table, in whatever encoding and with whatever separator it was saved."""

import codecs
import csv
import io
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from soundpost.system.regular_file import read_regular
from soundpost_training.errors import DatasetError

SEPARATORS = ",;\t|"

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte-order marks, as spreadsheets write them."""

LARGEST_TABLE_BYTES = 100_000_000
"""A million recordings with 100 characters each."""

SEPARATOR_LINE = "sep="
"""A first line with which Excel is told the separator."""


class Line(NamedTuple):
    """A line of a table: its number in the file, from 1, and its cells."""

    number: int
    cells: list[str]


def read_cells(table: Path, columns: Collection[str], hint: str) -> list[Line]:
    """Returns the lines of a table that are not blank, their cells without surrounding blanks.

    UTF-8, UTF-16 and Windows-1252 are read, with or without a byte-order mark. The separator is
    the one that finds the most known columns in the first line, then a tab if there is one, then
    the one that finds the most cells.

    Args:
        table: The file.
        columns: Known names of columns, in lower case.
        hint: The hint of the error.

    Raises:
        DatasetError: The table cannot be read, or is no regular file.
    """
    try:
        text = _decode(read_regular(table, LARGEST_TABLE_BYTES))
        lines_before = 0
        if text[:4].lower() == SEPARATOR_LINE:
            text = text.partition("\n")[2]
            lines_before = 1
        lines = text.lstrip("\r\n").splitlines()
        separator = _separator(lines[0] if lines else "", columns)
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=False)
        numbered = [
            Line(lines_before + rows.line_num, [cell.strip() for cell in row]) for row in rows
        ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(f"{table} cannot be read: {error}", hint=hint) from error
    return [line for line in numbered if any(line.cells)]


def _decode(content: bytes) -> str:
    """Returns the text of a file.

    Raises:
        UnicodeDecodeError: It is in none of the encodings.
    """
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return content.decode(encoding)
    beginning = content[:1000]
    if 3 * beginning.count(0) > len(beginning):  # every other byte of Latin letters in UTF-16
        return content.decode("utf-16-be" if content[:1] == b"\0" else "utf-16-le")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252")


def _separator(header: str, columns: Collection[str]) -> str:
    """Returns the separator of a table by its first line."""

    def fit(separator: str) -> tuple[int, bool, int]:
        cells = next(csv.reader([header], delimiter=separator), [])
        known = sum(cell.strip().lower() in columns for cell in cells)
        # A line without a header may have commas in its numbers and texts, but a tab in neither.
        return known, separator == "\t" and len(cells) > 1, len(cells)

    return max(SEPARATORS, key=fit)
