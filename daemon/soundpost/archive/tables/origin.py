"""The archive that tables belong to: its recordings, their folder, licences of its models."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from soundpost.archive.row import AnalyzedRecording, Row
from soundpost.archive.tables.timeline import PlacedRecording

Sink = Callable[[Row, PlacedRecording], None]
"""Takes each row of a table, with its recording."""


@dataclass(frozen=True)
class Origin:
    """Facts about the archive that no row has.

    Attributes:
        folder: The analyzed folder, as it stands before the paths of recordings in tables whose
            programs open them; empty to leave these paths relative, so that tables of the same
            archive are the same on every machine.
        licences: The licence of each model, by the model's id.
    """

    folder: str = ""
    licences: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Archive:
    """The recordings of an archive, in the order of its tables, and its origin."""

    recordings: Sequence[AnalyzedRecording]
    origin: Origin

    def path(self, file: str) -> str:
        """Returns the path of a recording, for the program that opens it."""
        folder = self.origin.folder
        return f"{folder.rstrip('/')}/{file}" if folder else file

    def licence(self, row: Row) -> str:
        """Returns the licence of a row's model, empty if it is not known."""
        return self.origin.licences.get(row.model_id, "")
