"""Rows of the database as events, and events as rows."""

import os
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from soundpost.review.event import (
    Decision,
    GivenVerdict,
    Origin,
    OriginKind,
    Place,
    ReviewedEvent,
    ReviewEvent,
    Verdict,
)

_EVENT = ("id", "label", "score", "threshold", "common_name", "onset_utc_ms", "node")
_MODEL = ("model_id", "model_version")
_PLACE = ("file", "begin_seconds", "end_seconds", "start_utc_ms", "seconds")
EVENT_COLUMNS = (*_EVENT, *_MODEL, *_PLACE, "origin")

REVIEWED_COLUMNS = (
    *EVENT_COLUMNS,
    *("kind", "folder", "sounds"),
    *("verdict", "true_label", "reviewer", "given_utc_ms"),
)
"""Of the view `reviewed`, in the order in which `read_events` takes them."""
INSERT = (
    f"INSERT INTO events ({', '.join(EVENT_COLUMNS)}) "  # noqa: S608 - names of ours
    f"VALUES ({', '.join('?' * len(EVENT_COLUMNS))}) ON CONFLICT (id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in EVENT_COLUMNS[1:])
)
SELECT = f"SELECT {', '.join(REVIEWED_COLUMNS)} FROM reviewed"  # noqa: S608 - names of ours

_PLACE_AT = len(_EVENT) + len(_MODEL)
_ORIGIN_AT = len(EVENT_COLUMNS) - 1
_VERDICT_AT = _ORIGIN_AT + 4


def event_row(origin: int, event: ReviewEvent) -> tuple[object, ...]:
    """Returns the values of an event in the order of `EVENT_COLUMNS`."""
    own = [getattr(event, name) for name in (*_EVENT, *_MODEL)]
    return (*own, *(getattr(event.place, name) for name in _PLACE), origin)


def read_origin(row: sqlite3.Row) -> Origin:
    """Returns the origin that a row states."""
    return _origin(row["origin"], row["kind"], row["folder"], row["sounds"])


def read_given(row: sqlite3.Row, event_id: str) -> GivenVerdict:
    """Returns the verdict on an event that a row of its history states."""
    decision = Decision(event_id, Verdict(row["verdict"]), row["true_label"])
    times = row["given_utc_ms"], row["undone_utc_ms"]
    return GivenVerdict(row["number"], decision, row["reviewer"], *times)


def read_events(rows: Iterable[Sequence[Any]]) -> list[ReviewedEvent]:
    """Returns the events in rows with the columns `REVIEWED_COLUMNS`.

    Values are taken by their position, and an origin is made once: there may be 100,000 rows.
    """
    origins: dict[int, Origin] = {}
    events = []
    for row in rows:
        number = row[_ORIGIN_AT]
        if number not in origins:
            origins[number] = _origin(*row[_ORIGIN_AT:_VERDICT_AT])
        place = Place(*row[_PLACE_AT:_ORIGIN_AT])
        event_id, label, score, *optional = row[:_PLACE_AT]
        event = ReviewEvent(event_id, label, score, place, *optional)
        verdict, true_label, reviewer, given_utc_ms = row[_VERDICT_AT:]
        decision = Decision(event.id, Verdict(verdict), true_label) if verdict else None
        events.append(ReviewedEvent(event, origins[number], decision, reviewer or "", given_utc_ms))
    return events


def _origin(number: int, kind: str, folder: bytes, sounds: bytes) -> Origin:
    paths = Path(os.fsdecode(folder)), Path(os.fsdecode(sounds))
    return Origin(number, OriginKind(kind), *paths)
