"""Reads sound from a microphone, a stream, a pipe or a file, as chunks at the capture rate.

What belongs to one kind of source is not exported, because a daemon imports the kind that it has.
"""

from soundpost.capture.array_source import ArraySource
from soundpost.capture.beginning import BeginningSource
from soundpost.capture.build import build_source
from soundpost.capture.file_source import FileSource
from soundpost.capture.joined import JoinedSource
from soundpost.capture.source import (
    FileSpec,
    MicSpec,
    PcmSpec,
    QueuedSource,
    Source,
    describe_source,
    parse_source,
)

__all__ = [
    "ArraySource",
    "BeginningSource",
    "FileSource",
    "FileSpec",
    "JoinedSource",
    "MicSpec",
    "PcmSpec",
    "QueuedSource",
    "Source",
    "build_source",
    "describe_source",
    "parse_source",
]
