"""The events of one recording on an axis of time, in lanes by label."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from soundpost.archive.part import Part
from soundpost.archive.report.totals import LabelKey
from soundpost.archive.row import Row
from soundpost.system.units import clock_duration

MOST_LANES = 6
UNITS = 1000
"""Of a lane's width, in which events are rounded: a pixel of a large screen."""
_LEAST_UNITS = 3
"""The width of a short event, so that it is seen."""


@dataclass(frozen=True, slots=True)
class Lane:
    """The events of a label in a recording.

    Attributes:
        key: The label and its model.
        events: Their number.
        first: The onset of the first one, as `0:01:02`.
        path: The path of an SVG, `UNITS` wide and 10 high, that covers them.
    """

    key: LabelKey
    events: int
    first: str
    path: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """A recording with its events.

    Attributes:
        part: The recording; its events are not kept.
        start: Its start in local time; empty if it is not certain.
        picture: The path of its spectrogram; empty if there is none.
        lanes: Its labels, those with the most events first.
        other_events: Events of labels that have no lane.
        events: All events.
    """

    part: Part
    start: str
    picture: str
    lanes: Sequence[Lane]
    other_events: int
    events: int


def lanes_of(part: Part) -> list[Lane]:
    """Returns the lanes of a recording, those with the most events first."""
    groups: dict[LabelKey, list[Row]] = {}
    for row in part.rows:
        groups.setdefault((row.label, row.model_id), []).append(row)
    ranked = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    return [
        Lane(key, len(rows), clock_duration(rows[0].begin_seconds), _path(rows, part.seconds))
        for key, rows in ranked[:MOST_LANES]
    ]


def _path(rows: Sequence[Row], seconds: float) -> str:
    """Returns a rectangle for each stretch with events; those that touch are one."""
    stretches: list[list[int]] = []
    for row in rows:
        first = min(int(row.begin_seconds / seconds * UNITS), UNITS - _LEAST_UNITS)
        last = min(math.ceil(row.end_seconds / seconds * UNITS), UNITS)
        last = max(last, first + _LEAST_UNITS)
        if stretches and first <= stretches[-1][1]:
            stretches[-1][1] = max(last, stretches[-1][1])
        else:
            stretches.append([first, last])
    return "".join(f"M{first} 0H{last}V10H{first}z" for first, last in stretches)
