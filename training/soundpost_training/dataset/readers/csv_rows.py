"""Rows of CSV tables, with checks of their columns and of the files they name."""

import csv
from pathlib import Path

from soundpost_training.errors import DatasetError

NAMED = 5
"""Files that an error names; the rest are counted."""


def read_rows(table: Path, columns: set[str], hint: str) -> list[dict[str, str]]:
    """Returns the rows of a CSV in UTF-8, one at least; an absent value is an empty text.

    Args:
        table: The file; the byte-order mark that spreadsheets write is skipped.
        columns: The columns that the table must have.
        hint: The hint of the error.

    Raises:
        DatasetError: The table cannot be read, has no rows, or lacks a column.
    """
    try:
        with table.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines, restval=""))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(f"{table} cannot be read: {error}", hint=hint) from error
    if not rows or not columns <= set(rows[0]):
        raise DatasetError(
            f"{table} has no rows with the columns {' and '.join(sorted(columns, reverse=True))}",
            hint=hint,
        )
    return rows


def refuse_absent(paths: list[Path], table: Path, hint: str) -> None:
    """Raises an error if a file of a table is missing.

    Raises:
        DatasetError: Files are missing; the first of them are named.
    """
    missing = [str(path) for path in paths if not path.is_file()]
    if missing:
        more = f" and {len(missing) - NAMED} more" if len(missing) > NAMED else ""
        raise DatasetError(
            f"{table} names files that are not there: {', '.join(missing[:NAMED])}{more}", hint=hint
        )
