"""The columns of the three tables in the order of the standard, and the form of cells."""

from datetime import UTC, datetime

from soundpost.audio import NANOSECONDS
from soundpost.system.printable import printable

DEPLOYMENTS = (
    *("deploymentID", "locationID", "locationName", "latitude", "longitude"),
    *("coordinateUncertainty", "deploymentStart", "deploymentEnd", "setupBy", "cameraID"),
    *("cameraModel", "cameraDelay", "cameraHeight", "cameraDepth", "cameraTilt", "cameraHeading"),
    *("detectionDistance", "timestampIssues", "baitUse", "featureType", "habitat"),
    *("deploymentGroups", "deploymentTags", "deploymentComments"),
)
MEDIA = (
    *("mediaID", "deploymentID", "captureMethod", "timestamp", "filePath", "filePublic"),
    *("fileName", "fileMediatype", "exifData", "favorite", "mediaComments"),
)
OBSERVATIONS = (
    *("observationID", "deploymentID", "mediaID", "eventID", "eventStart", "eventEnd"),
    *("observationLevel", "observationType", "cameraSetupType", "scientificName", "count"),
    *("lifeStage", "sex", "behavior", "individualID", "individualPositionRadius"),
    *("individualPositionAngle", "individualSpeed", "bboxX", "bboxY", "bboxWidth", "bboxHeight"),
    *("classificationMethod", "classifiedBy", "classificationTimestamp"),
    *("classificationProbability", "observationTags", "observationComments"),
)
MISSING = frozenset(("", "NA", "NaN", "nan"))
"""Texts that stand for a missing value in every column, so that no name may be one of them."""


def second_before(utc_ns: int) -> str:
    """Returns the whole second at or before a time, as the standard writes times."""
    return _second(utc_ns // NANOSECONDS)


def second_after(utc_ns: int) -> str:
    """Returns the whole second at or after a time."""
    return _second(-(-utc_ns // NANOSECONDS))


def date(utc_ns: int) -> str:
    """Returns the date of a time in UTC."""
    return second_before(utc_ns).partition("T")[0]


def tags(**values: str | None) -> str:
    """Returns a list of tags `key:value`; a value that is empty or None has none."""
    return "|".join(
        f"{key}:{printable(value).replace('|', '/')}" for key, value in values.items() if value
    )


def _second(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
