"""Rows of CSV tables, with checks of their columns and of the files they name."""

from collections.abc import Mapping
from pathlib import Path

from soundpost_training.dataset.readers.csv_text import read_cells
from soundpost_training.dataset.readers.walk import is_regular_file, reason_to_leave_out
from soundpost_training.errors import DatasetError

NAMED = 5
"""Files that an error names; the rest are counted."""

Spellings = Mapping[str, tuple[str, ...]]
"""Other names of columns, in lower case and without blanks, by the name that is used here."""


def read_rows(
    table: Path, columns: set[str], hint: str, spellings: Spellings | None = None
) -> list[dict[str, str]]:
    """Returns the rows of a CSV table, one at least; an absent value is an empty text.

    Args and Raises: as `read_numbered_rows`.
    """
    return [row for _, row in read_numbered_rows(table, columns, hint, spellings)]


def read_numbered_rows(
    table: Path, columns: set[str], hint: str, spellings: Spellings | None = None
) -> list[tuple[int, dict[str, str]]]:
    """Returns the rows of a CSV table, one at least, each with the number of its line.

    Args:
        table: The file; see `read_cells` for encodings and separators.
        columns: The columns that the table must have, by their names in `spellings`.
        hint: The hint of the error.
        spellings: Other names of the columns; without them only the exact names are known.

    Raises:
        DatasetError: The table cannot be read, has no rows, lacks a column or has it twice, or a
            row has more values than there are columns.
    """
    spellings = spellings or {}
    known = {*columns, *spellings, *(name for names in spellings.values() for name in names)}
    lines = read_cells(table, {name.lower() for name in known}, hint)
    found = lines[0].cells if lines else []
    header = _header(found, spellings, table, hint)
    missing = columns - set(header)
    if missing or len(lines) < 2:  # noqa: PLR2004 - the header and one row
        expected = " and ".join(sorted(columns, reverse=True))
        got = f"the first line {', '.join(map(repr, found))}" if found else "an empty file"
        raise DatasetError(
            f"{table} has no rows with the columns {expected}: got {got}"
            + f", without {' and '.join(sorted(missing, reverse=True))}" * bool(found and missing)
            + " and nothing below it" * (not missing),
            hint=hint,
        )
    return [
        (line.number, _row(header, line.cells, f"{table}, line {line.number}", hint))
        for line in lines[1:]
    ]


def _header(found: list[str], spellings: Spellings, table: Path, hint: str) -> list[str]:
    """Returns the columns by the names that are used here; an exact name wins over others.

    Raises:
        DatasetError: Two columns have the same meaning.
    """
    plain = ["".join(name.lower().split()) for name in found] if spellings else found
    header = list(plain)
    for name, others in spellings.items():
        if name in plain:
            continue
        places = [place for place, column in enumerate(plain) if column in others]
        if len(places) > 1:
            both = " and ".join(repr(found[place]) for place in places)
            raise DatasetError(f"{table}: expected one column {name}, got {both}", hint=hint)
        for place in places:
            header[place] = name
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise DatasetError(f"{table} has the column {twice[0]} twice", hint=hint)
    return header


def _row(header: list[str], row: list[str], where: str, hint: str) -> dict[str, str]:
    if any(row[len(header) :]):
        raise DatasetError(
            f"{where}: expected {len(header)} values, got {len(row)}: {', '.join(row)}",
            hint=f"put values that contain the separator into quotes; {hint}",
        )
    return dict(zip(header, [*row, *[""] * len(header)], strict=False))


def refuse_absent(paths: list[Path], table: Path, hint: str) -> None:
    """Raises an error if a file of a table is missing, or is a folder, a FIFO or a device.

    Raises:
        DatasetError: Files are missing; the first of them are named.
    """
    missing = [_described(path) for path in paths if not is_regular_file(path)]
    if missing:
        more = f" and {len(missing) - NAMED} more" if len(missing) > NAMED else ""
        raise DatasetError(
            f"{table} names files that are not there: {', '.join(missing[:NAMED])}{more}", hint=hint
        )


def _described(path: Path) -> str:
    reason = reason_to_leave_out(path)
    return f"{path} ({reason})" if reason else str(path)
