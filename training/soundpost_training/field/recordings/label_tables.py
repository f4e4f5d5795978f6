"""Reads the tables of a field folder on the labels that were checked, or that may sound."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath

from soundpost_training.dataset.readers.csv_rows import read_numbered_rows
from soundpost_training.errors import DatasetError

CHECKED_FILE = "checked.csv"
"""Labels whose sounds are all annotated in a recording, or in each recording of a folder."""

SOUNDS_FILE = "sounds.csv"
"""Labels that may sound in a recording, or in those of a folder, without an annotation."""

COLUMNS = {"folder", "label"}
SPELLINGS = {"folder": ("file", "kind", "path"), "label": ("labels",)}
HINT = "write a table with the columns folder,label: one label a line, * for all labels"

NEGATIVES = "negatives"
"""The folder of recordings in which no label sounds but those of `sounds.csv`."""

FindLabels = Callable[[str, str], frozenset[str]]
"""Returns the labels that a name stands for; the second argument is file and line, for errors."""


class LabelTable:
    """Labels by file or folder. An entry of a folder holds for all recordings below it.

    Args:
        entries: Labels by the path of a file or folder, relative to the field folder.
    """

    def __init__(self, entries: Mapping[str, Iterable[str]]) -> None:
        self._entries = {PurePosixPath(name): frozenset(labels) for name, labels in entries.items()}

    def labels_of(self, recording: str) -> frozenset[str]:
        """Returns the labels of all entries that hold for a recording."""
        path = PurePosixPath(recording)
        entries = (self._entries.get(place, frozenset()) for place in (path, *path.parents))
        return frozenset[str]().union(*entries)


def read_label_table(folder: Path, name: str, find_labels: FindLabels) -> LabelTable:
    """Returns a table of a field folder; an empty one if there is no such file.

    Raises:
        DatasetError: The table cannot be read, or names a path or a label that is not there.
    """
    table = folder / name
    entries: dict[str, set[str]] = {}
    if not table.exists():
        return LabelTable(entries)
    for number, row in read_numbered_rows(table, COLUMNS, HINT, SPELLINGS):
        where = f"{table}, line {number}"
        path, label = row["folder"].strip("/"), row["label"]
        # The name of a kind alone stands for its folder.
        candidates = (path, f"{NEGATIVES}/{path}") if path else ()
        place = next((known for known in candidates if is_within(folder, known)), None)
        if place is None:
            raise DatasetError(
                f"{where}: expected a file or folder of {folder}, got {path!r}",
                hint="name it relative to the field folder, such as negatives/kitchen",
            )
        entries.setdefault(place, set()).update(find_labels(label, where))
    return LabelTable(entries)


def is_within(folder: Path, name: str) -> bool:
    """Returns whether a relative path names a file or folder below a folder."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        return False
    try:
        return (folder / path).exists()
    except (OSError, ValueError):  # a name that is too long, or has a zero in it
        return False
