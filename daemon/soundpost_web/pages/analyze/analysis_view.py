"""The parts of a result in the words and the places in which they are shown."""

from collections.abc import Iterable
from typing import NamedTuple

from soundpost_web.analysis.result import EventResult, LabelResult, RecordingResult
from soundpost_web.pages.catalogue import Catalogue
from soundpost_web.pages.event_view import clock_length, length, signed

UNITS = 10_000
"""Of the length of the recording in the drawing of the timeline."""
_THINNEST = 30
"""A shorter event would not be seen."""


class Bar(NamedTuple):
    """An event on the timeline, in units of the drawing.

    Attributes:
        left: Its begin.
        width: Its length.
    """

    left: int
    width: int


class Lane(NamedTuple):
    """The events of a label on the timeline."""

    shown: str
    bars: list[Bar]


class EventRow(NamedTuple):
    """An event in the table.

    Attributes:
        shown: The name of the label.
        latin: The scientific name, if it is another one.
        seconds: Its begin, for the player.
        begin: Its begin in words.
        length: Its length in words.
        score: Its score.
        level: Its level in words.
    """

    shown: str
    latin: str
    seconds: float
    begin: str
    length: str
    score: str
    level: str


class TopLabel(NamedTuple):
    """One of the best labels.

    Attributes:
        shown: The name of the label.
        latin: The scientific name, if it is another one.
        best: Its best score.
        seconds: The place of the best score, for the player.
        at: The place in words.
        threshold: The score that starts an event.
        is_detected: True if there is an event of it.
    """

    shown: str
    latin: str
    best: float
    seconds: float
    at: str
    threshold: float
    is_detected: bool


def view_event_row(event: EventResult, text: Catalogue) -> EventRow:
    """Returns what is shown of an event in the table."""
    return EventRow(
        shown=_shown(event),
        latin=event.scientific_name if event.common_name else "",
        seconds=event.begin_seconds,
        begin=_position(event.begin_seconds),
        length=length(event.end_seconds - event.begin_seconds, text),
        score=f"{event.score:.2f}",
        level=text("event.level", level=signed(event.level_dbfs)),
    )


def view_lanes(result: RecordingResult) -> list[Lane]:
    """Returns the labels with events, the one with most sound first."""
    by_label: dict[str, list[EventResult]] = {}
    for event in result.events:
        by_label.setdefault(_shown(event), []).append(event)

    def sounding(events: Iterable[EventResult]) -> float:
        return sum(event.end_seconds - event.begin_seconds for event in events)

    ordered = sorted(by_label.items(), key=lambda item: -sounding(item[1]))
    scale = UNITS / max(result.seconds, 1e-3)
    return [
        Lane(
            shown,
            [
                Bar(
                    round(event.begin_seconds * scale),
                    max(_THINNEST, round((event.end_seconds - event.begin_seconds) * scale)),
                )
                for event in events
            ],
        )
        for shown, events in ordered
    ]


def view_top(label: LabelResult, detected: set[str]) -> TopLabel:
    """Returns what is shown of one of the best labels.

    Args:
        label: The label.
        detected: The labels with an event.
    """
    return TopLabel(
        shown=_shown(label),
        latin=label.scientific_name if label.common_name else "",
        best=label.best,
        seconds=label.best_seconds,
        at=_position(label.best_seconds),
        threshold=label.threshold,
        is_detected=label.label in detected,
    )


def _shown(named: EventResult | LabelResult) -> str:
    return named.common_name or named.scientific_name or named.label


def _position(seconds: float) -> str:
    """Returns a position in a recording with tenths: `0:12.3`."""
    tenths = int(seconds * 10)
    return f"{clock_length(tenths // 10)}.{tenths % 10}"
