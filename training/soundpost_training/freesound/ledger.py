"""`labels.csv` beside the recordings: what each is called, whose it is, under which licence."""

import csv
from pathlib import Path

import msgspec

from soundpost_training.errors import DownloadError

TABLE_FILE = "labels.csv"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A row; the first five columns are what a data set of kind `csv` reads."""

    path: str
    label: str
    group: str
    licence: str
    author: str
    id: str
    name: str
    url: str
    query: str


COLUMNS = Entry.__struct_fields__


class Ledger:
    """The rows of a folder's table, kept whole or not at all.

    Args:
        folder: With the table, or without one yet.

    Raises:
        DownloadError: There is a table that this program did not write.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / TABLE_FILE
        self.entries: dict[str, Entry] = {}
        if not self._path.is_file():
            return
        with self._path.open(encoding="utf-8", newline="") as lines:
            rows = csv.DictReader(lines)
            if tuple(rows.fieldnames or ()) != COLUMNS:
                raise DownloadError(
                    f"{self._path} was not written by this command: its columns are others",
                    hint="name another --folder",
                )
            for row in rows:
                entry = msgspec.convert(row, Entry)
                self.entries[entry.id] = entry

    def keep(self) -> None:
        """Writes the table, in the order in which the sounds came.

        Raises:
            OSError: It cannot be written; the table that was there still is.
        """
        partial = self._path.with_name(f"partial-{TABLE_FILE}")
        with partial.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(COLUMNS)
            rows.writerows(msgspec.structs.astuple(entry) for entry in self.entries.values())
        partial.replace(self._path)
