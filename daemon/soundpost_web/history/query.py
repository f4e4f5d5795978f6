"""Queries of the page: events by a filter, a page at a time, and what can be filtered by."""

import sqlite3
from pathlib import Path
from typing import NamedTuple

from soundpost.sqlite.open_file import open_reader
from soundpost_web.history.event import Event
from soundpost_web.history.filters import Cursor, EventFilter
from soundpost_web.history.message import Rank
from soundpost_web.history.numbers import Gap, gaps

PAGE_EVENTS = 50
_DAY_MS = 86_400_000
MOST_CHOICES = 500
"""Labels and nodes that a filter offers, the most frequent ones."""
COMMON_NAME = (
    "(SELECT common_name FROM events WHERE label = found.label ORDER BY at_ms DESC LIMIT 1)"
)
"""The latest common name of `found.label`, as an expression of SQL."""
_COLUMNS = (
    "key, node, id, rank, label, common_name, scientific_name, score, threshold, at_ms, onset_ms,"
    " offset_ms, clock, level_dbfs, model, clip, backfilled"
)


class EventPage(NamedTuple):
    """Events of a filter, the latest first.

    Attributes:
        events: The events of this page.
        gaps: The gaps in the numbers of messages within the time of this page.
        total: The number of events of the filter on all pages.
        older: The cursor of the next page; None on the last one.
    """

    events: list[Event]
    gaps: list[Gap]
    total: int
    older: Cursor | None


class Choice(NamedTuple):
    """A value that events can be filtered by, and the number of its events."""

    name: str
    shown: str
    events: int


def find_events(path: Path, wanted: EventFilter, cursor: Cursor | None = None) -> EventPage:
    """Returns a page of events.

    Args:
        path: The history.
        wanted: The filter.
        cursor: The end of the page before; None for the first page.

    Raises:
        sqlite3.Error: The history cannot be read.
    """
    below = "" if cursor is None else " AND (at_ms, key) < (:at_ms, :key)"
    place = {} if cursor is None else cursor._asdict()
    with open_reader(path) as connection:
        connection.execute("BEGIN")  # one state of the history for all queries
        rows = connection.execute(
            f"SELECT {_COLUMNS} FROM events WHERE {wanted.condition}{below}"  # noqa: S608 - conditions of ours
            " ORDER BY at_ms DESC, key DESC LIMIT :most",
            {**wanted.values, **place, "most": PAGE_EVENTS + 1},
        ).fetchall()
        total = connection.execute(
            f"SELECT count(*) FROM events WHERE {wanted.condition}",  # noqa: S608 - as above
            wanted.values,
        ).fetchone()[0]
        events = [_event(row) for row in rows[:PAGE_EVENTS]]
        has_more = len(rows) > PAGE_EVENTS
        older = Cursor(events[-1].at_ms, events[-1].key) if has_more else None
        newest_ms = wanted.to_ms if cursor is None else cursor.at_ms
        oldest_ms = older.at_ms if older else wanted.from_ms
        missing = gaps(connection, oldest_ms, newest_ms, wanted.node)
    return EventPage(events, missing, total, older)


def latest_events(path: Path, count: int) -> list[Event]:
    """Returns the latest events of all nodes, the latest first."""
    with open_reader(path) as connection:
        rows = connection.execute(
            f"SELECT {_COLUMNS} FROM events ORDER BY key DESC LIMIT ?",  # noqa: S608 - columns of ours
            (count,),
        ).fetchall()
    return [_event(row) for row in rows]


def event_of_clip(path: Path, node: str, clip: str, onset_ms: int) -> Event | None:
    """Returns the event that a clip belongs to; None if the history has none.

    Args:
        path: The history.
        node: The node.
        clip: The name of the clip.
        onset_ms: The time in its name. The place of an event in the history is within a day of it,
            unless the clock of the node was wrong.

    Raises:
        sqlite3.Error: The history cannot be read.
    """
    with open_reader(path) as connection:
        rows = connection.execute(
            f"SELECT {_COLUMNS} FROM events WHERE node = :node AND clip = :clip"  # noqa: S608 - columns of ours
            " AND at_ms BETWEEN :onset_ms - :day_ms AND :onset_ms + :day_ms LIMIT 1",
            {"node": node, "clip": clip, "onset_ms": onset_ms, "day_ms": _DAY_MS},
        ).fetchall()
    return _event(rows[0]) if rows else None


def events_with_clip(path: Path, wanted: EventFilter, most: int) -> list[Event]:
    """Returns the latest events of a filter that are over and have a clip, the latest first.

    Args:
        path: The history.
        wanted: The filter.
        most: The number of events.

    Raises:
        sqlite3.Error: The history cannot be read.
    """
    with open_reader(path) as connection:
        rows = connection.execute(
            f"SELECT {_COLUMNS} FROM events WHERE {wanted.condition}"  # noqa: S608 - conditions of ours
            " AND clip IS NOT NULL AND rank = :ended ORDER BY at_ms DESC, key DESC LIMIT :most",
            {**wanted.values, "ended": int(Rank.ENDED), "most": most},
        ).fetchall()
    return [_event(row) for row in rows]


def label_choices(path: Path) -> list[Choice]:
    """Returns the labels of the history, the most frequent first."""
    with open_reader(path) as connection:
        rows = connection.execute(
            f"SELECT label, {COMMON_NAME}, events FROM"  # noqa: S608 - an expression of ours
            " (SELECT label, count(*) AS events FROM events GROUP BY label"
            "  ORDER BY 2 DESC, 1 LIMIT ?) AS found",
            (MOST_CHOICES,),
        ).fetchall()
    return [Choice(label, name or label, count) for label, name, count in rows]


def node_choices(path: Path) -> list[Choice]:
    """Returns the nodes of the history by name."""
    with open_reader(path) as connection:
        rows = connection.execute(
            "SELECT node, count(*) FROM events GROUP BY node ORDER BY 1 LIMIT ?", (MOST_CHOICES,)
        ).fetchall()
    return [Choice(node, node, count) for node, count in rows]


def _event(row: sqlite3.Row) -> Event:
    fields = list(row)
    fields[3] = Rank(fields[3])
    fields[-1] = bool(fields[-1])
    return Event(*fields)
