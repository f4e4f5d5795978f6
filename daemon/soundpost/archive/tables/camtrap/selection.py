"""The recordings that a package has: those with a trusted time and a place, each once."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from soundpost.archive.row import AnalyzedRecording
from soundpost.archive.tables.camtrap.survey import Deployment, Survey
from soundpost.audio import NANOSECONDS


@dataclass(slots=True)
class Span:
    """The time from the start of the first recording to the end of the last one, UTC."""

    start_ns: int
    end_ns: int


@dataclass(frozen=True, slots=True)
class Selection:
    """The recordings of a package.

    Attributes:
        deployments: The deployment of each recording, by its file.
        spans: The time of each deployment that has a recording.
        left_out: The reason for which each other recording is not in the package, by its file.
    """

    deployments: dict[str, Deployment] = field(default_factory=dict)
    spans: dict[Deployment, Span] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)


def select(recordings: Iterable[AnalyzedRecording], survey: Survey) -> Selection:
    """Selects the recordings of a package.

    The standard requires the time of each recording and the place of each deployment; neither is
    made up. A copy of a recording would have its observations counted twice.
    """
    selection = Selection()
    files: dict[str, str] = {}
    for recording in recordings:
        deployment, start_ns = survey.deployment(recording.file), recording.trusted_utc_ns
        if start_ns is None:
            flags = ", ".join(recording.time_flags)
            selection.left_out[recording.file] = f"its time is not certain: {flags}"
        elif deployment is None:
            selection.left_out[recording.file] = "no location was given for its folder"
        elif recording.sha256 in files:
            original = files[recording.sha256]
            selection.left_out[recording.file] = f"it has the same content as {original}"
        else:
            files[recording.sha256] = recording.file
            selection.deployments[recording.file] = deployment
            end_ns = start_ns + round(recording.seconds * NANOSECONDS)
            span = selection.spans.setdefault(deployment, Span(start_ns, end_ns))
            span.start_ns = min(span.start_ns, start_ns)
            span.end_ns = max(span.end_ns, end_ns)
    return selection
