"""Label tracks of Audacity, one for each recording: begin, end and name, between tabs.

The format is Audacity's standard one, without frequencies:
https://manual.audacityteam.org/man/importing_and_exporting_labels.html
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from soundpost.archive.row import Row
from soundpost.archive.tables.cells import decimal, tab_text
from soundpost.archive.tables.files import open_table, recording_table
from soundpost.archive.tables.origin import Archive, Sink
from soundpost.archive.tables.timeline import PlacedRecording

FOLDER = "audacity"
SUFFIX = ".labels.txt"


@contextmanager
def open_labels(out: Path, _archive: Archive, placed: PlacedRecording) -> Iterator[Sink]:
    """Opens the label track of one recording; the format has no header."""
    path = recording_table(out / FOLDER, placed.recording.file, SUFFIX)
    with open_table(path, is_durable=False) as file:

        def add(row: Row, _placed: PlacedRecording) -> None:
            name = tab_text(row.common_name or row.label)
            file.write(f"{decimal(row.begin_seconds)}\t{decimal(row.end_seconds)}\t{name}\n")

        yield add
