"""Rows of the database as events, and events as rows."""

import os
import sqlite3
from pathlib import Path

from soundpost.review.event import (
    Decision,
    Origin,
    OriginKind,
    Place,
    ReviewedEvent,
    ReviewEvent,
    Verdict,
)

EVENT_COLUMNS = (
    *("id", "origin", "label", "common_name", "score", "threshold", "onset_utc_ms", "file"),
    *("begin_seconds", "end_seconds", "start_utc_ms", "seconds", "node", "model_id"),
    "model_version",
)


def event_row(origin: int, event: ReviewEvent) -> tuple[object, ...]:
    """Returns the values of an event in the order of the columns."""
    place = event.place
    return (
        event.id,
        origin,
        event.label,
        event.common_name,
        event.score,
        event.threshold,
        event.onset_utc_ms,
        place.file,
        place.begin_seconds,
        place.end_seconds,
        place.start_utc_ms,
        place.seconds,
        event.node,
        event.model_id,
        event.model_version,
    )


def read_origin(row: sqlite3.Row) -> Origin:
    """Returns the origin that a row states."""
    return Origin(
        number=row["origin"],
        kind=OriginKind(row["kind"]),
        folder=Path(os.fsdecode(row["folder"])),
        sounds=Path(os.fsdecode(row["sounds"])),
    )


def read_decision(row: sqlite3.Row, event_id: str) -> Decision | None:
    """Returns the verdict in a row; None if there is none."""
    if row["verdict"] is None:
        return None
    return Decision(event_id, Verdict(row["verdict"]), row["true_label"])


def read_event(row: sqlite3.Row) -> ReviewedEvent:
    """Returns the event in a row of the view `reviewed`."""
    event = ReviewEvent(
        id=row["id"],
        label=row["label"],
        score=row["score"],
        threshold=row["threshold"],
        common_name=row["common_name"],
        onset_utc_ms=row["onset_utc_ms"],
        node=row["node"],
        model_id=row["model_id"],
        model_version=row["model_version"],
        place=Place(
            file=row["file"],
            begin_seconds=row["begin_seconds"],
            end_seconds=row["end_seconds"],
            start_utc_ms=row["start_utc_ms"],
            seconds=row["seconds"],
        ),
    )
    return ReviewedEvent(
        event=event,
        origin=read_origin(row),
        decision=read_decision(row, event.id),
        reviewer=row["reviewer"] or "",
        reviewed_utc_ms=row["given_utc_ms"],
    )
