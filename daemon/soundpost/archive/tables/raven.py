"""Selection tables of Raven Pro: one for each recording, and one for the whole archive.

The first twelve columns are those of BirdNET-Analyzer in its order. Raven Pro reads columns by
their names, and keeps those that it does not know as annotations. Frequencies have a decimal as
Raven writes them; crowsetta refuses whole numbers.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TextIO

from soundpost.archive.row import Row
from soundpost.archive.tables.cells import decimal, iso_utc, tab_text
from soundpost.archive.tables.files import open_table, recording_table
from soundpost.archive.tables.origin import Archive, Sink
from soundpost.archive.tables.timeline import PlacedRecording

FOLDER = "raven"
SUFFIX = ".selections.txt"
ARCHIVE_NAME = "raven.selections.txt"
LIST_NAME = "raven.list.txt"
COLUMNS = (
    "Selection",
    "View",
    "Channel",
    "Begin Time (s)",
    "End Time (s)",
    "Low Freq (Hz)",
    "High Freq (Hz)",
    "Common Name",
    "Species Code",
    "Confidence",
    "Begin Path",
    "File Offset (s)",
    "Scientific Name",
    "Onset (UTC)",
    "Time Flags",
    "Model",
    "Licence",
)


@contextmanager
def open_recording(out: Path, archive: Archive, placed: PlacedRecording) -> Iterator[Sink]:
    """Opens the table of one recording; times are counted from its start."""
    path = recording_table(out / FOLDER, placed.recording.file, SUFFIX)
    with open_table(path, is_durable=False) as file:
        yield _sink(file, archive, is_concatenated=False)


@contextmanager
def open_archive(out: Path, archive: Archive) -> Iterator[Sink]:
    """Opens the table of all recordings, and writes the list that Raven opens as one sound.

    `Begin Time (s)` is counted from the start of the first recording of the list, as if each began
    where the one before it ends; `File Offset (s)` from the start of the recording.
    """
    with open_table(out / LIST_NAME, is_durable=True) as file:
        for recording in archive.recordings:
            file.write(f"{tab_text(archive.path(recording.file))}\n")
    with open_table(out / ARCHIVE_NAME, is_durable=True) as file:
        yield _sink(file, archive, is_concatenated=True)


def _sink(file: TextIO, archive: Archive, *, is_concatenated: bool) -> Sink:
    file.write("\t".join(COLUMNS) + "\n")
    numbers = count(1)

    def add(row: Row, placed: PlacedRecording) -> None:
        start = placed.begin_seconds if is_concatenated else 0.0
        cells = (
            str(next(numbers)),
            "Spectrogram 1",
            "1",
            decimal(start + row.begin_seconds),
            decimal(start + row.end_seconds),
            "0.0",
            f"{placed.recording.rate_hz / 2:.1f}",  # an event has no limits of frequency
            tab_text(row.common_name or row.label),
            tab_text(row.label),
            decimal(row.score),
            tab_text(archive.path(row.file)),
            decimal(row.begin_seconds),
            tab_text(row.scientific_name),
            iso_utc(row.onset_utc_ns),
            tab_text(";".join(row.time_flags)),
            tab_text(f"{row.model_id} {row.model_version}"),
            tab_text(archive.licence(row)),
        )
        file.write("\t".join(cells) + "\n")

    return add
