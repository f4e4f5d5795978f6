"""Reading of the label map's CSV file."""

import csv
import io
import re
from importlib.resources import files
from pathlib import Path

from soundpost.errors import did_you_mean
from soundpost.system.regular_file import read_regular
from soundpost_training.audioset.label_map import GROUPS, LabelMap, MappedLabel
from soundpost_training.errors import DatasetError

MAP_FILE = "label_map.csv"
"""The map of the bundle `everyday`, beside this module."""

COLUMNS = ("label", "group", "audioset", "esc50", "urbansound8k", "published", "reason")

SEPARATOR = ";"
"""Between names in a cell: display names of AudioSet contain commas, but no semicolon."""

LARGEST_MAP_BYTES = 1_000_000
"""Fifty times the map of `everyday`."""

LABEL = re.compile("[a-z][a-z0-9_]*")
PUBLISHED = {"yes": True, "no": False}


def read_label_map(path: Path | None = None) -> LabelMap:
    """Returns the labels of a map, in the order of its lines.

    Args:
        path: A CSV file with the columns label, group, audioset, esc50, urbansound8k, published
            and reason; by default the map of the bundle `everyday`.

    Raises:
        DatasetError: The file cannot be read, or a line is wrong; the error names it.
    """
    if path is None:
        text, source = files(__package__).joinpath(MAP_FILE).read_text("utf-8"), MAP_FILE
    else:
        text, source = _text_of(path), str(path)
    try:
        return LabelMap(tuple(_labels(text)), source)
    except _LineError as error:
        raise DatasetError(f"{source} line {error.line}: {error}", hint=error.hint) from error


class _LineError(ValueError):
    """A line is wrong; the name of the file is still missing in the message."""

    def __init__(self, line: int, message: str, hint: str) -> None:
        super().__init__(message)
        self.line = line
        self.hint = hint


def _text_of(path: Path) -> str:
    try:
        return read_regular(path, LARGEST_MAP_BYTES).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(
            f"{path} cannot be read: {error}",
            hint="name a label map, a CSV file in UTF-8",
        ) from error


def _labels(text: str) -> list[MappedLabel]:
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        lines = [(rows.line_num, cells) for cells in rows if cells]
    except csv.Error as error:
        raise _LineError(
            rows.line_num, f"expected a line of CSV, got {error}", "close all quotes"
        ) from error
    if not lines or tuple(lines[0][1]) != COLUMNS:
        got = ",".join(lines[0][1]) if lines else "an empty file"
        raise _LineError(
            1, f"expected the columns {','.join(COLUMNS)}, got {got}", "correct the first line"
        )
    labels = [_label(line, cells) for line, cells in lines[1:]]
    if not labels:
        raise _LineError(2, "expected a label, got the end of the file", "add a line per label")
    _refuse_repeated(labels)
    return labels


def _label(line: int, cells: list[str]) -> MappedLabel:
    if len(cells) != len(COLUMNS):
        raise _LineError(
            line,
            f"expected {len(COLUMNS)} cells, got {len(cells)}",
            "quote a cell that contains a comma",
        )
    name, group, audioset, esc50, urbansound8k, published, reason = cells
    if not LABEL.fullmatch(name):
        raise _LineError(
            line,
            f"expected a label of lower-case letters, digits and _, got {name!r}",
            "rename it: labels are parts of topics and of configuration files",
        )
    if group not in GROUPS:
        raise _LineError(line, f"expected a group, got {group!r}", did_you_mean(group, GROUPS))
    if published not in PUBLISHED:
        raise _LineError(
            line, f"expected published yes or no, got {published!r}", "write yes or no"
        )
    if not reason.strip():
        raise _LineError(line, f"expected a reason for {name}, got none", "give the reason")
    if not audioset.strip():
        raise _LineError(line, f"expected classes of AudioSet for {name}, got none", "name one")
    return MappedLabel(
        line,
        name,
        group,
        _names(line, audioset),
        _names(line, esc50),
        _names(line, urbansound8k),
        PUBLISHED[published],
        reason.strip(),
    )


def _names(line: int, cell: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in cell.split(SEPARATOR)) if cell.strip() else ()
    if "" in names:
        raise _LineError(
            line, f"expected names with {SEPARATOR} between them, got {cell!r}", "remove one"
        )
    return names


def _refuse_repeated(labels: list[MappedLabel]) -> None:
    """Raises _LineError for a repeated label or category, or a class that a label repeats.

    A class of AudioSet may belong to two labels. A category of a data set is the ground truth of
    one label only.
    """
    seen: dict[tuple[str, str], int] = {}
    for label in labels:
        claims = [
            ("label", label.name),
            *(("category of ESC-50", name) for name in label.esc50),
            *(("class of UrbanSound8K", name) for name in label.urbansound8k),
            *((f"class of {label.name}", name) for name in label.audioset),
        ]
        for claim in claims:
            if claim in seen:
                kind, name = claim
                raise _LineError(
                    label.line,
                    f"expected each {kind} once, got {name}, as in line {seen[claim]}",
                    "remove one of them",
                )
            seen[claim] = label.line
