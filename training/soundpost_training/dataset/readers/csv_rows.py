"""Tables that publishers and people write: rows with the columns that are needed."""

import csv
from pathlib import Path

from soundpost_training.errors import DatasetError

NAMED = 5
"""How many offenders an error names; the rest are counted."""


def read_rows(table: Path, columns: set[str], hint: str) -> list[dict[str, str]]:
    """The rows of a CSV in UTF-8, at least one, each with the columns; an absent value is empty.

    Args:
        table: The file; a byte-order mark, as spreadsheets write it, is passed over.
        columns: Those that every such table has.
        hint: What to do when it has not.

    Raises:
        DatasetError: It cannot be read, has no rows, or lacks a column.
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
    """Returns when every file is there.

    Raises:
        DatasetError: Some are not; the first of them are named.
    """
    absent = [str(path) for path in paths if not path.is_file()]
    if absent:
        more = f" and {len(absent) - NAMED} more" if len(absent) > NAMED else ""
        raise DatasetError(
            f"{table} names files that are not there: {', '.join(absent[:NAMED])}{more}", hint=hint
        )
