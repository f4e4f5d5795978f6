"""A CSV file for the viewer of Kaleidoscope Pro (Wildlife Acoustics).

The viewer finds a sound at INDIR/FOLDER/IN FILE, and an event in it by OFFSET and DURATION. Its
column TOP1DIST is a distance, smallest for the best match, so it is one minus the score here; the
score itself has the column `confidence`, as in the tables of BirdNET-Analyzer.
"""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from soundpost.archive.row import Row
from soundpost.archive.tables.cells import csv_text, decimal, iso_utc
from soundpost.archive.tables.files import open_table
from soundpost.archive.tables.origin import Archive, Sink
from soundpost.archive.tables.timeline import PlacedRecording

NAME = "kaleidoscope.csv"
COLUMNS = (
    "INDIR",
    "FOLDER",
    "IN FILE",
    "CHANNEL",
    "OFFSET",
    "DURATION",
    "TOP1MATCH*",
    "TOP1DIST",
    "MANUAL ID",
    "scientific_name",
    "common_name",
    "confidence",
    "onset_utc",
    "time_flags",
    "model",
    "licence",
    "id",
)
_FIRST_CHANNEL = "0"  # Kaleidoscope counts from 0; events are of the mix of all channels


@contextmanager
def open_kaleidoscope(out: Path, archive: Archive) -> Iterator[Sink]:
    """Opens the table of an archive; it gets its name at the end of the context."""
    with open_table(out / NAME, is_durable=True) as file:
        writer = csv.writer(file, lineterminator="\r\n")  # see events_csv
        writer.writerow(COLUMNS)

        def add(row: Row, _placed: PlacedRecording) -> None:
            writer.writerow(_cells(row, archive))

        yield add


def _cells(row: Row, archive: Archive) -> tuple[str, ...]:
    folder, _, name = row.file.rpartition("/")
    return (
        csv_text(archive.origin.folder),
        csv_text(folder),
        csv_text(name),
        _FIRST_CHANNEL,
        decimal(row.begin_seconds),
        decimal(row.end_seconds - row.begin_seconds),
        csv_text(row.label),
        decimal(1.0 - row.score),
        "",  # the verdict of the person who reviews
        csv_text(row.scientific_name),
        csv_text(row.common_name),
        decimal(row.score),
        iso_utc(row.onset_utc_ns),
        csv_text(";".join(row.time_flags)),
        csv_text(f"{row.model_id} {row.model_version}"),
        csv_text(archive.licence(row)),
        csv_text(row.id),
    )
