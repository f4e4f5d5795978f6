"""A CSV file (RFC 4180) with one line for each event, and all that is known about it."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from soundpost.archive.row import Row
from soundpost.archive.tables.cells import csv_text, decimal, iso_utc
from soundpost.archive.tables.files import open_table
from soundpost.archive.tables.origin import Archive, Sink
from soundpost.archive.tables.timeline import PlacedRecording

NAME = "events.csv"
COLUMNS = (
    "id",
    "file",
    "begin_seconds",
    "end_seconds",
    "label",
    "common_name",
    "scientific_name",
    "score",
    "threshold",
    "level_dbfs",
    "model_id",
    "model_version",
    "onset_utc",
    "time_flags",
    "licence",
)


@contextmanager
def open_csv(out: Path, archive: Archive) -> Iterator[Sink]:
    """Opens the table of an archive; it gets its name at the end of the context."""
    with open_table(out / NAME, is_durable=True) as file:
        # Line ends of RFC 4180. With others, Python 3.11 leaves "\r" inside a cell unquoted.
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(COLUMNS)

        def add(row: Row, _placed: PlacedRecording) -> None:
            writer.writerow(_cells(row, archive.licence(row)))

        yield add


def _cells(row: Row, licence: str) -> tuple[str, ...]:
    return (
        csv_text(row.id),
        csv_text(row.file),
        decimal(row.begin_seconds),
        decimal(row.end_seconds),
        csv_text(row.label),
        csv_text(row.common_name),
        csv_text(row.scientific_name),
        decimal(row.score),
        decimal(row.threshold),
        decimal(row.level_dbfs),
        csv_text(row.model_id),
        csv_text(row.model_version),
        iso_utc(row.onset_utc_ns),
        csv_text(";".join(row.time_flags)),
        csv_text(licence),
    )
