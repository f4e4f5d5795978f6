"""The archive that tables belong to: its recordings, their folder, licences of its models."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from soundpost.archive.row import AnalyzedRecording, Row
from soundpost.archive.tables.camtrap.survey import Survey
from soundpost.archive.tables.timeline import PlacedRecording
from soundpost.manifest import Label, Manifest

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
        manifests: The manifest of each model, by the model's id.
        survey: The places of the recorders, if the user wants them published.
    """

    folder: str = ""
    licences: Mapping[str, str] = field(default_factory=dict)
    manifests: Mapping[str, Manifest] = field(default_factory=dict)
    survey: Survey | None = None


@dataclass(frozen=True)
class Archive:
    """The recordings of an archive, in the order of its tables, and its origin."""

    recordings: Sequence[AnalyzedRecording]
    origin: Origin

    def path(self, file: str) -> str:
        """Returns the path of a recording, for the program that opens it."""
        folder = self.origin.folder
        return f"{folder.rstrip('/')}/{file}" if folder else file

    def label(self, row: Row) -> Label | None:
        """Returns the label of a row as the manifest has it, None if that is not at hand."""
        return self._labels.get((row.model_id, row.label))

    @cached_property
    def _labels(self) -> dict[tuple[str, str], Label]:
        return {
            (model, label.name): label
            for model, manifest in self.origin.manifests.items()
            for label in manifest.labels
        }

    def licence(self, row: Row) -> str:
        """Returns the licence of a row's model, empty if it is not known."""
        return self.origin.licences.get(row.model_id, "")
