"""Recordings and deployments as rows of their tables."""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from soundpost.archive.row import AnalyzedRecording
from soundpost.archive.tables.camtrap.columns import second_after, second_before
from soundpost.archive.tables.camtrap.selection import Selection
from soundpost.archive.tables.camtrap.survey import Deployment
from soundpost.archive.tables.cells import decimal
from soundpost.system.printable import printable

_MEDIA_TYPES = {
    **dict.fromkeys((".wav", ".wave", ".bwf", ".rf64", ".w64"), "audio/wav"),
    **dict.fromkeys((".oga", ".ogg", ".opus", ".spx"), "audio/ogg"),
    **dict.fromkeys((".aif", ".aifc", ".aiff"), "audio/aiff"),
    **dict.fromkeys((".mp2", ".mp3"), "audio/mpeg"),
    **dict.fromkeys((".m4a", ".m4b"), "audio/mp4"),
    **dict.fromkeys((".au", ".snd"), "audio/basic"),
    **dict.fromkeys((".weba",), "audio/webm"),
    **dict.fromkeys((".mka",), "audio/matroska"),
    **dict.fromkeys((".mp4", ".m4v"), "video/mp4"),
    **dict.fromkeys((".mov",), "video/quicktime"),
    **dict.fromkeys((".mkv",), "video/matroska"),
    **dict.fromkeys((".webm",), "video/webm"),
}
_LONGEST_SUFFIX = 8


def deployment_cells(selection: Selection) -> Iterator[Mapping[str, str]]:
    """Yields the row of each deployment that has a recording."""
    for deployment, span in sorted(selection.spans.items(), key=lambda item: item[0].id):
        place = deployment.place
        yield {
            "deploymentID": deployment.id,
            "locationName": deployment.id,
            "latitude": f"{place.latitude:f}",
            "longitude": f"{place.longitude:f}",
            "coordinateUncertainty": str(place.uncertainty_metres),
            "deploymentStart": second_before(span.start_ns),
            "deploymentEnd": second_after(span.end_ns),
            "timestampIssues": "false",  # recordings with uncertain times are left out
        }


def media_cells(
    recording: AnalyzedRecording, utc_ns: int, deployment: Deployment
) -> Mapping[str, str]:
    """Returns the row of a recording that began at a time, nanoseconds since 1970 UTC."""
    return {
        "mediaID": recording.sha256,
        "deploymentID": deployment.id,
        "timestamp": second_before(utc_ns),
        "filePath": file_path(recording.file),
        "filePublic": "false",  # sound has voices of people, so publishing it is for a person
        "fileName": printable(PurePosixPath(recording.file).name),
        "fileMediatype": media_type(recording.file),
        "mediaComments": f"{decimal(recording.seconds)} s at {recording.rate_hz} Hz",
    }


def file_path(file: str) -> str:
    """Returns a relative path as the standard allows it.

    It may neither begin with `.`, `/` or `~` nor contain two dots in a row; such characters are
    encoded as in a URL.
    """
    path = printable(file).replace("..", ".%2E")
    return f"%{ord(path[0]):02X}{path[1:]}" if path.startswith((".", "/", "~")) else path


def media_type(file: str) -> str:
    """Returns the media type of a recording by its suffix; the standard allows no other kinds."""
    suffix = PurePosixPath(file).suffix.lower()
    if suffix in _MEDIA_TYPES:
        return _MEDIA_TYPES[suffix]
    name = suffix.removeprefix(".")
    is_plain = name.isascii() and name.isalnum() and len(name) <= _LONGEST_SUFFIX
    return f"audio/{name}" if is_plain else "audio/x-unknown"
