"""Events as rows of the table of observations."""

from collections.abc import Mapping
from typing import Literal

from soundpost.archive.row import Row
from soundpost.archive.tables.camtrap.columns import second_after, second_before, tags
from soundpost.archive.tables.camtrap.survey import Deployment
from soundpost.archive.tables.cells import decimal
from soundpost.audio import NANOSECONDS
from soundpost.manifest import Label
from soundpost.system.printable import printable

ObservationType = Literal["animal", "human", "vehicle", "unknown"]

_OF_GROUP: Mapping[str | None, ObservationType] = {
    "animals": "animal",
    "people": "human",
    "vehicles": "vehicle",
}
_HUMAN = "Homo sapiens"


def observation_type(row: Row, label: Label | None) -> ObservationType:
    """Returns the kind of what sounds, by the group of its label, its speech or its species.

    A sound of none of these kinds, such as rain, is `unknown`: the vocabulary has no other word for
    it, and `blank` means a file in which there is nothing.

    Args:
        row: The event.
        label: Its label in the manifest; None if that is not at hand.
    """
    if row.scientific_name == _HUMAN or (label and label.speech):
        return "human"
    if label and label.group in _OF_GROUP:
        return _OF_GROUP[label.group]
    return "animal" if row.scientific_name else "unknown"


def observation_cells(
    row: Row, onset_ns: int, deployment: Deployment, *, kind: ObservationType, media_id: str
) -> dict[str, str]:
    """Returns the row of an event, as an observation of an event.

    The standard has times in whole seconds, so the event lies between start and end; the tags have
    its exact place in the recording. Only observations of single media files may have a `mediaID`,
    so that one is a tag as well.

    Args:
        row: The event.
        onset_ns: Its onset, nanoseconds since 1970 UTC.
        deployment: The recorder.
        kind: The kind of what sounds.
        media_id: The recording in the table of media.
    """
    length_ns = round((row.end_seconds - row.begin_seconds) * NANOSECONDS)
    return {
        "observationID": row.id,
        "deploymentID": deployment.id,
        "eventID": row.id,
        "eventStart": second_before(onset_ns),
        "eventEnd": second_after(onset_ns + length_ns),
        "observationLevel": "event",
        "observationType": kind,
        "scientificName": printable(row.scientific_name or ""),
        "classificationMethod": "machine",
        "classifiedBy": printable(f"{row.model_id} {row.model_version}"),
        "classificationProbability": decimal(row.score),
        "observationTags": tags(
            label=row.label,
            commonName=row.common_name,
            mediaID=media_id,
            beginSeconds=decimal(row.begin_seconds),
            endSeconds=decimal(row.end_seconds),
        ),
    }
