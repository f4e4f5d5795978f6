"""Truth against detections, drawn over time."""

import io
from collections.abc import Iterator, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from soundpost_training.soundscape.compose.ground_truth import Event
from soundpost_training.soundscape.detect.events import DetectedEvent

ROW_MINUTES = 2.5
DOTS_PER_INCH = 110
LANES = 3
LANE_HEIGHT = 0.7
NAME_SECONDS = 8.0
"""The room that a name takes: what begins earlier goes to another lane."""

TRUE, RIGHT, WRONG, TAKEN_BACK = "#2a6f97", "#3a9a5b", "#d1495b", "#999999"
"""What is there; what is told of a sound that is there; of none; and what was retracted."""


def timeline(truth: Sequence[Event], told: Sequence[DetectedEvent], minutes: float) -> bytes:
    """A picture, PNG: rows of time, in each the truth above and what was told below.

    A dot marks the moment at which an event was told.

    Args:
        truth: The sounds of one recording.
        told: What was told of it.
        minutes: How much of it is drawn, from its start.
    """
    rows = max(1, round(minutes / ROW_MINUTES + 0.499))
    figure = Figure((14.0, 1.9 * rows + 0.6), layout="constrained")
    panels = figure.subplots(rows, 1, squeeze=False)[:, 0]
    for row, axes in enumerate(panels):
        first = row * ROW_MINUTES * 60
        _row(axes, first, first + ROW_MINUTES * 60, truth, told)
    panels[-1].set_xlabel("seconds")
    figure.suptitle(
        "above: what is to be heard; below: told of a sound that is there (green), "
        "of none (red), taken back (grey); dot: when it was told",
        fontsize=9,
    )
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH)
    return buffer.getvalue()


def _row(
    axes: Axes, first: float, last: float, truth: Sequence[Event], told: Sequence[DetectedEvent]
) -> None:
    for event, lane in _lanes(truth, first, last):
        _bar(axes, event, 2.0 + LANE_HEIGHT * lane, TRUE)
    for one, lane in _lanes(told, first, last):
        height = 1.0 - LANE_HEIGHT * lane
        _bar(axes, one, height, _colour(one, truth))
        if first <= one.told_seconds <= last:
            axes.plot(one.told_seconds, height, "o", color="black", markersize=2.5)
    axes.set(xlim=(first, last), ylim=(-0.9, 4.2), yticks=[])
    axes.grid(axis="x", alpha=0.3)


def _lanes(events: Sequence[Any], first: float, last: float) -> Iterator[tuple[Any, int]]:
    """The events of a row, each with the lane in which its name has most room."""
    ends = [first] * LANES
    for event in sorted(events, key=lambda one: one.onset_seconds):
        if event.offset_seconds > first and event.onset_seconds < last:
            lane = min(range(LANES), key=lambda place: max(ends[place], event.onset_seconds))
            ends[lane] = max(event.offset_seconds, event.onset_seconds + NAME_SECONDS)
            yield event, lane


def _bar(axes: Axes, event: Event | DetectedEvent, height: float, colour: str) -> None:
    lasts = event.offset_seconds - event.onset_seconds
    axes.broken_barh([(event.onset_seconds, lasts)], (height - 0.12, 0.24), color=colour)
    axes.text(
        event.onset_seconds, height + 0.16, event.label, fontsize=6, color=colour, clip_on=True
    )


def _colour(one: DetectedEvent, truth: Sequence[Event]) -> str:
    if not one.holds:
        return TAKEN_BACK
    there = any(
        event.label == one.label
        and event.onset_seconds < one.offset_seconds
        and one.onset_seconds < event.offset_seconds
        for event in truth
    )
    return RIGHT if there else WRONG
