"""The results of an archive, as its journal has them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from soundpost.archive.files import ArchiveFile
from soundpost.archive.part import Part


@dataclass(frozen=True, slots=True)
class Results:
    """The results of an archive, read as often as needed, one part in memory at a time.

    Attributes:
        files: The files that are not left out, in the order of the tables.
        failures: The reasons for which others are, by name.
        read: Returns the part of a file by its key.
    """

    files: Sequence[ArchiveFile]
    failures: Mapping[str, str]
    read: Callable[[str], Part | None]

    def recordings(self) -> Iterator[tuple[ArchiveFile, Part]]:
        """Yields every analyzed file with its part, in the order of the tables."""
        for file in self.files:
            if part := self.read(file.key):
                yield file, part


class Export(Protocol):
    """Something beside the tables that is made of the results of an archive."""

    def check(self) -> None:
        """Raises an error if it cannot be made; called before files are analyzed."""

    def write(self, results: Results) -> None:
        """Makes it; called after the tables, while no other run may use the folder."""
