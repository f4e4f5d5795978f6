"""Reads the labels of a model: from a text file, a table, or the model's own label map."""

import re
from collections.abc import Sequence
from pathlib import Path

from soundpost.errors import BundleImportError
from soundpost.importer.labels.slugs import Names
from soundpost.importer.labels.table import find_columns, read_table, split_header
from soundpost.importer.labels.text import read_label_file, text_lines

LONGEST_NAME = 200
"""Characters, as in a manifest."""

_BINOMIAL = re.compile(r"[A-Z][a-zë-]+ [a-zë-]+[^_]*_\S")
"""`Strix aluco_Tawny Owl`, as BirdNET's label files have it."""
_NUMBERED = re.compile(r"(\d+)(?:[:;,]\s*|\s+)(\S.*)")
"""`12 Dog`, `12: Dog`."""


def read_labels(path: Path) -> list[Names]:
    """Returns the labels of a file, in the order of the model's outputs.

    Raises:
        BundleImportError: The file cannot be read, or a line of it is not a label.
    """
    return parse_labels(read_label_file(path), path.name)


def labels_of(content: bytes, name: str) -> list[Names]:
    """Returns the labels of a label map that a model carries; see `read_labels`."""
    return parse_labels(text_lines(content, name), name)


def parse_labels(lines: Sequence[str], name: str) -> list[Names]:
    """Returns the labels of the lines of a file.

    A file is a table if its name ends with `.csv` or `.tsv`, or if its first line names columns.
    Other files have a name in each line, which may have commas; names that are numbered in order
    lose their numbers. BirdNET's lines of both names, `Scientific_Common`, are split.

    Args:
        lines: At least one.
        name: The name of the file.

    Raises:
        BundleImportError: A line is empty or too long, or see `read_table`.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            raise BundleImportError(
                f"{name}: expected a label in each line, got an empty line {number} of "
                f"{len(lines)}",
                hint="each output of the model needs a label; remove the line, or name it",
            )
    header = split_header(lines[0])
    is_table = Path(name).suffix.lower() in {".csv", ".tsv"} or (
        len(header) > 1 and find_columns(header) is not None
    )
    labels = read_table(lines, name) if is_table else _read_text(lines)
    for number, label in enumerate(labels, 1):
        longest = max(len(label.common or ""), len(label.scientific or ""))
        if longest > LONGEST_NAME:
            raise BundleImportError(
                f"{name}: expected names of at most {LONGEST_NAME} characters, got {longest} in "
                f"label {number}",
                hint="give a file with a label in each line",
            )
    return labels


def _read_text(lines: Sequence[str]) -> list[Names]:
    names = _without_numbers([line.strip() for line in lines])
    two_names = sum(bool(_BINOMIAL.match(name)) for name in names)
    if two_names * 2 <= len(names):
        return [Names(common=name, scientific=None) for name in names]
    labels = []
    for name in names:
        scientific, _, common = (part.strip() for part in name.partition("_"))
        if not common or not scientific or common == scientific:  # such as `Dog_Dog`
            labels.append(Names(common=common or scientific, scientific=None))
        else:
            labels.append(Names(common=common, scientific=scientific))
    return labels


def _without_numbers(names: list[str]) -> list[str]:
    """Returns the names without their numbers, if all are numbered in order from 0 or 1."""
    matches = [_NUMBERED.fullmatch(name) for name in names]
    numbers = [int(match[1]) if match else -1 for match in matches]
    if numbers not in (list(range(len(names))), list(range(1, len(names) + 1))):
        return names
    return [match[2] for match in matches if match]
