"""Reads the tables of a field folder on the labels that were checked, or that may sound."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath

from soundpost_training.dataset.readers.csv_rows import read_numbered_rows
from soundpost_training.errors import DatasetError
from soundpost_training.field.recordings.file_names import find_within

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
        found = (find_within(folder, known) for known in candidates)
        place = next((known for known in found if known is not None), None)
        if place is None:
            raise DatasetError(
                f"{where}: expected a file or folder of {folder}, got {path!r}",
                hint="name it relative to the field folder, such as negatives/kitchen",
            )
        entries.setdefault(place, set()).update(find_labels(label, where))
    return LabelTable(entries)
