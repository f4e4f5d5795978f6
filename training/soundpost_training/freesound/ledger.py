"""The table `labels.csv` of downloaded recordings: name, author and licence of each."""

import csv
from pathlib import Path

import msgspec

from soundpost_training.errors import DownloadError
from soundpost_training.files import replacing

TABLE_FILE = "labels.csv"


class LedgerRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row; the data set kind `csv` reads the first five columns."""

    path: str
    label: str
    group: str
    licence: str
    author: str
    id: str
    name: str
    url: str
    query: str


COLUMNS = LedgerRow.__struct_fields__


class Ledger:
    """The rows of a folder's table, by the id of the sound.

    Args:
        folder: The folder; it may have no table yet.

    Raises:
        DownloadError: The folder has a table that this program did not write.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / TABLE_FILE
        self.rows: dict[str, LedgerRow] = {}
        if not self._path.is_file():
            return
        with self._path.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines)
            if tuple(reader.fieldnames or ()) != COLUMNS:
                raise DownloadError(
                    f"{self._path} was not written by this command: its columns are others",
                    hint="name another --folder",
                )
            for values in reader:
                row = msgspec.convert(values, LedgerRow)
                self.rows[row.id] = row

    def save(self) -> None:
        """Writes the table, in the order of the downloads.

        Raises:
            OSError: The table cannot be written; the older one stays as it was.
        """
        with (
            replacing(self._path) as partial,
            partial.open("w", encoding="utf-8", newline="") as file,
        ):
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows(msgspec.structs.astuple(row) for row in self.rows.values())
