"""Reads the events of an archive from its file `detections.jsonl`."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Annotated, BinaryIO

import msgspec
from msgspec import Meta

from soundpost.review.event import Place, ReviewEvent
from soundpost.review.origins.clips import Model, Share, utc_ms
from soundpost.review.origins.skipped import Skipped

DETECTIONS_FILE = "detections.jsonl"
"""As `soundpost analyze` names it; docs/ARCHIVES.md has the fields of a line."""

LONGEST_LINE_BYTES = 65_536
"""A line has some 500 bytes, and a path of at most 4,096 characters."""

Position = Annotated[float, Meta(ge=0.0, le=1e9)]
"""Seconds from the start of a recording: 30 years at most, so that damage is noticed."""


class _Line(msgspec.Struct, frozen=True):
    """The fields of a line that are read."""

    id: str
    file: Annotated[str, Meta(min_length=1, max_length=4_096)]
    begin_seconds: Position
    end_seconds: Position
    label: Annotated[str, Meta(min_length=1)]
    score: Share
    common_name: str | None = None
    threshold: Share | None = None
    onset: str | None = None
    model: Model = Model()


def read_archive(table: Path, skipped: Skipped) -> Iterator[ReviewEvent]:
    """Yields the events of an archive.

    Args:
        table: Its file `detections.jsonl`.
        skipped: Counts the lines that are left out.

    Raises:
        OSError: The file cannot be read.
    """
    with table.open("rb") as file:
        for number, content in enumerate(_lines(file), 1):
            try:
                yield _event(msgspec.json.decode(content, type=_Line))
            except (msgspec.DecodeError, ValueError) as error:
                skipped.add(f"line {number} of {table}: {error}")


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Yields the lines; of a longer one only the beginning, which is no JSON."""
    while line := file.readline(LONGEST_LINE_BYTES):
        yield line
        while not line.endswith(b"\n") and (line := file.readline(LONGEST_LINE_BYTES)):
            pass


def _event(line: _Line) -> ReviewEvent:
    if line.end_seconds < line.begin_seconds:
        raise ValueError("the event ends before it begins")
    path = PurePosixPath(line.file)
    if path.is_absolute() or ".." in path.parts or "\0" in line.file:
        raise ValueError("the recording lies outside the analyzed folder")
    onset_utc_ms = None if line.onset is None else utc_ms(line.onset)
    begin_ms = round(line.begin_seconds * 1_000)
    return ReviewEvent(
        id=line.id,
        label=line.label,
        common_name=line.common_name,
        score=line.score,
        threshold=line.threshold,
        onset_utc_ms=onset_utc_ms,
        model_id=line.model.id,
        model_version=line.model.version,
        place=Place(
            file=line.file,
            begin_seconds=line.begin_seconds,
            end_seconds=line.end_seconds,
            start_utc_ms=None if onset_utc_ms is None else onset_utc_ms - begin_ms,
        ),
    )
