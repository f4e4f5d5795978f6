"""Draws ground truth and detected events over time."""

import io
from collections.abc import Iterator, Sequence
from typing import TypeVar

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from soundpost_training.soundscape.compose.ground_truth import Event
from soundpost_training.soundscape.detect.events import DetectedEvent

AnyEvent = TypeVar("AnyEvent", Event, DetectedEvent)

ROW_MINUTES = 2.5
DOTS_PER_INCH = 110
TRACKS = 3
"""Lines of bars in each half of a row, so that labels do not cover each other."""

TRACK_HEIGHT = 0.7
LABEL_SECONDS = 8.0
"""The width of a label: an event that starts earlier goes to another track."""

GROUND_TRUTH, CORRECT, FALSE, RETRACTED = "#2a6f97", "#3a9a5b", "#d1495b", "#999999"


def timeline(
    ground_truth: Sequence[Event], detected: Sequence[DetectedEvent], minutes: float
) -> bytes:
    """Returns a PNG: rows of time, in each the ground truth above and detected events below.

    A dot marks the time at which an event was detected.

    Args:
        ground_truth: The sounds of one recording.
        detected: The events that were detected in it.
        minutes: Length of the part that is drawn, from the recording's start.
    """
    rows = max(1, round(minutes / ROW_MINUTES + 0.499))
    figure = Figure((14.0, 1.9 * rows + 0.6), layout="constrained")
    panels = figure.subplots(rows, 1, squeeze=False)[:, 0]
    for row, axes in enumerate(panels):
        first = row * ROW_MINUTES * 60
        _draw_row(axes, (first, first + ROW_MINUTES * 60), ground_truth, detected)
    panels[-1].set_xlabel("seconds")
    figure.suptitle(
        "above: ground truth; below: detected events: correct (green), false (red), "
        "retracted (grey); dot: time of detection",
        fontsize=9,
    )
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH)
    return buffer.getvalue()


def _draw_row(
    axes: Axes,
    interval: tuple[float, float],
    ground_truth: Sequence[Event],
    detected: Sequence[DetectedEvent],
) -> None:
    for sound, track in _on_tracks(ground_truth, interval):
        _draw_bar(axes, sound, 2.0 + TRACK_HEIGHT * track, GROUND_TRUTH)
    first, last = interval
    for event, track in _on_tracks(detected, interval):
        height = 1.0 - TRACK_HEIGHT * track
        _draw_bar(axes, event, height, _colour(event, ground_truth))
        if first <= event.detected_seconds <= last:
            axes.plot(event.detected_seconds, height, "o", color="black", markersize=2.5)
    axes.set(xlim=interval, ylim=(-0.9, 4.2), yticks=[])
    axes.grid(axis="x", alpha=0.3)


def _on_tracks(
    events: Sequence[AnyEvent], interval: tuple[float, float]
) -> Iterator[tuple[AnyEvent, int]]:
    """Yields the events of a row, each with the track that has most space for its label."""
    first, last = interval
    ends = [first] * TRACKS
    for event in sorted(events, key=lambda event: event.onset_seconds):
        if event.offset_seconds > first and event.onset_seconds < last:
            onset = event.onset_seconds
            track = min(range(TRACKS), key=lambda index: max(ends[index], onset))
            ends[track] = max(event.offset_seconds, onset + LABEL_SECONDS)
            yield event, track


def _draw_bar(axes: Axes, event: Event | DetectedEvent, height: float, colour: str) -> None:
    duration = event.offset_seconds - event.onset_seconds
    axes.broken_barh([(event.onset_seconds, duration)], (height - 0.12, 0.24), color=colour)
    axes.text(
        event.onset_seconds, height + 0.16, event.label, fontsize=6, color=colour, clip_on=True
    )


def _colour(event: DetectedEvent, ground_truth: Sequence[Event]) -> str:
    if not event.is_confirmed:
        return RETRACTED
    return CORRECT if any(event.matches(sound) for sound in ground_truth) else FALSE
