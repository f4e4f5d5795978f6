"""Recordings one after another on one axis of seconds, each with its own rows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from soundpost.archive.row import AnalyzedRecording, Row


@dataclass(frozen=True, slots=True)
class PlacedRecording:
    """A recording, and the length of all recordings before it.

    Attributes:
        recording: The recording.
        begin_seconds: Its start on the axis of all recordings, as if they were one sound.
    """

    recording: AnalyzedRecording
    begin_seconds: float


def place(recordings: Sequence[AnalyzedRecording]) -> Iterator[PlacedRecording]:
    """Yields each recording with its start.

    The sum is exact and rounded once for each recording: added as floats, the lengths of 100,000
    recordings would drift.
    """
    begin = Fraction(0)
    for recording in recordings:
        yield PlacedRecording(recording, float(begin))
        begin += Fraction(recording.seconds)


def by_recording(
    rows: Iterable[Row], recordings: Sequence[AnalyzedRecording]
) -> Iterator[tuple[PlacedRecording, Iterator[Row]]]:
    """Yields every recording with its rows, of which there may be none.

    Raises:
        ValueError: A recording is listed twice; or a row's recording is not listed, or the rows are
            not in the order of the recordings.
    """
    if len({recording.file for recording in recordings}) < len(recordings):
        raise ValueError("expected each recording once, got one twice")
    groups = groupby(rows, key=lambda row: row.file)
    group = next(groups, None)
    for placed in place(recordings):
        if group is not None and group[0] == placed.recording.file:
            yield placed, group[1]
            group = next(groups, None)
        else:
            yield placed, iter(())
    if group is not None:
        raise ValueError(
            f"expected rows of listed recordings in the order of the list, got {group[0]!r}"
        )
