"""Reads annotations: one table for all recordings, or a label file beside each of them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from soundpost_training.dataset.readers.csv_rows import read_numbered_rows
from soundpost_training.dataset.readers.csv_text import Line, read_cells
from soundpost_training.errors import DatasetError
from soundpost_training.field.recordings.sound import Sound, parse_salience, parse_sound

ANNOTATIONS_FILE = "annotations.csv"
ANNOTATIONS_FILES = (ANNOTATIONS_FILE, "annotations.tsv")
"""One of them is read: DCASE writes .tsv. The separator is found in either."""

COLUMNS = {"file", "label", "onset", "offset"}
SALIENCE = "salience"
"""A column that may be missing."""
SPELLINGS = {
    "file": ("filename", "path", "recording"),
    "label": ("class", "category", "event_label", "species"),
    "onset": ("start", "begin", "begin_time", "onset_s", "onset_seconds"),
    "offset": ("end", "stop", "end_time", "offset_s", "offset_seconds"),
}
"""Names of the columns in the tables of DCASE and of common annotation programs."""

HINT = "write a table with the columns file,label,onset,offset; times in seconds"

RAVEN_SUFFIX = ".Table.1.selections.txt"
RAVEN_ONSET, RAVEN_OFFSET = "begin time (s)", "end time (s)"
RAVEN_LABELS = ("annotation", "label", "species", "tags")
"""Columns that a user of Raven may have added for the label; the first one found is used."""

LABEL_FILE_SUFFIXES = (".txt", RAVEN_SUFFIX)
LABEL_FILE_HINT = (
    "export labels from Audacity (onset, offset and label with tabs), or a selection table from "
    "Raven with a column Annotation"
)
AUDACITY_CELLS = 3
AUDACITY_FREQUENCIES = "\\"
"""The first cell of a line that states the frequencies of the label before it."""


class Annotation(NamedTuple):
    """A sound of a named recording, and the place where it is written."""

    file: str
    sound: Sound
    where: str


def annotations_table(folder: Path) -> Path | None:
    """Returns the table of annotations in a field folder, or None.

    Raises:
        DatasetError: There are two.
    """
    found = [folder / name for name in ANNOTATIONS_FILES if (folder / name).exists()]
    if len(found) > 1:
        raise DatasetError(
            f"expected one table of annotations, got {' and '.join(map(str, found))}",
            hint="keep one of them",
        )
    return found[0] if found else None


def read_annotations(table: Path) -> list[Annotation]:
    """Returns the annotations of a table, in its order.

    Raises:
        DatasetError: The table cannot be read, lacks a column, or has an invalid label or time.
    """
    rows = read_numbered_rows(table, COLUMNS, HINT, SPELLINGS)
    return [_annotation(row, f"{table}, line {number}") for number, row in rows]


def _annotation(row: dict[str, str], where: str) -> Annotation:
    if not row["file"]:
        raise DatasetError(f"{where}: expected the name of a recording, got none", hint=HINT)
    sound = parse_sound(row["label"], row["onset"], row["offset"], where)
    is_background = parse_salience(row.get(SALIENCE, ""), where)
    return Annotation(row["file"], replace(sound, is_background=is_background), where)


def label_file_of(recording: Path) -> Path | None:
    """Returns the label file beside a recording, or None.

    Raises:
        DatasetError: There are two.
    """
    found = [
        path
        for suffix in LABEL_FILE_SUFFIXES
        if (path := recording.with_name(recording.stem + suffix)).is_file()
    ]
    if len(found) > 1:
        raise DatasetError(
            f"expected one label file of {recording}, got {found[0].name} and {found[1].name}",
            hint="remove one of them",
        )
    return found[0] if found else None


def read_label_file(path: Path) -> list[tuple[Sound, str]]:
    """Returns the sounds of a label file of Audacity or Raven, each with its place in the file.

    Raises:
        DatasetError: The file cannot be read, or a line is no label.
    """
    lines = read_cells(path, {RAVEN_ONSET, RAVEN_OFFSET, *RAVEN_LABELS}, LABEL_FILE_HINT)
    header = [cell.lower() for cell in lines[0].cells] if lines else []
    if RAVEN_ONSET in header:
        return list(_raven(path, header, lines[1:]))
    return list(_audacity(path, lines))


def _audacity(path: Path, lines: list[Line]) -> Iterator[tuple[Sound, str]]:
    for line in lines:
        where = f"{path}, line {line.number}"
        if line.cells[0] == AUDACITY_FREQUENCIES:
            continue
        if len(line.cells) != AUDACITY_CELLS:
            raise DatasetError(
                f"{where}: expected onset, offset and label, got "
                f"{', '.join(map(repr, line.cells))}",
                hint=LABEL_FILE_HINT,
            )
        onset, offset, label = line.cells
        yield parse_sound(label, onset, offset, where), where


def _raven(path: Path, header: list[str], lines: list[Line]) -> Iterator[tuple[Sound, str]]:
    column = next((name for name in RAVEN_LABELS if name in header), None)
    if column is None or RAVEN_OFFSET not in header:
        raise DatasetError(
            f"{path}: expected the columns {RAVEN_OFFSET} and {RAVEN_LABELS[0]}, got "
            f"{', '.join(header)}",
            hint=LABEL_FILE_HINT,
        )
    for line in lines:
        where = f"{path}, line {line.number}"
        row = dict(zip(header, [*line.cells, *[""] * len(header)], strict=False))
        yield parse_sound(row[column], row[RAVEN_ONSET], row[RAVEN_OFFSET], where), where
