"""The facts of a package that no recording has: places, and the properties of the file."""

from collections.abc import Sequence
from dataclasses import dataclass

from soundpost.archive.tables.camtrap.place import RoundedPlace
from soundpost.archive.tables.camtrap.properties import NOTHING_STATED, Properties


@dataclass(frozen=True, slots=True)
class Deployment:
    """A recorder at a place.

    Attributes:
        id: Its name in the tables.
        folder: The folder below the analyzed one that has its recordings; empty for all.
        place: The place, as it is published.
    """

    id: str
    folder: str
    place: RoundedPlace

    def has(self, file: str) -> bool:
        """Returns whether a recording, by its path below the analyzed folder, belongs to it."""
        return not self.folder or file.startswith(f"{self.folder}/")


@dataclass(frozen=True, slots=True)
class Survey:
    """The deployments of an archive, and the properties of its package.

    Attributes:
        title: The name of the archive.
        deployments: Of the recordings; one whose folder is deeper comes first.
        properties: Properties of `datapackage.json` that the user states.
    """

    title: str
    deployments: Sequence[Deployment]
    properties: Properties = NOTHING_STATED

    def deployment(self, file: str) -> Deployment | None:
        """Returns the deployment of a recording; None if no place was given for it."""
        return next((item for item in self.deployments if item.has(file)), None)
