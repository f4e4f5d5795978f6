"""Counts of events by the hour of the day and by the day, in the zones of their nodes."""

import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from soundpost.sqlite.open_file import open_reader
from soundpost_web.history.filters import EventFilter
from soundpost_web.history.local_time import local_time
from soundpost_web.history.query import COMMON_NAME
from soundpost_web.settings.zones import Zones

HOURS = 24
MOST_ROWS = 40
"""Labels of the heat map, the most frequent ones: a table that a person can look over."""
MOST_DAYS = 400
_HOUR_MS, _DAY_MS = 3_600_000, 86_400_000
_UNIX_EPOCH = date(1970, 1, 1)


class HeatRow(NamedTuple):
    """The events of a label in each hour of the day.

    Attributes:
        label: The label.
        shown: Its common name, or the label.
        hours: 24 counts.
    """

    label: str
    shown: str
    hours: list[int]

    @property
    def total(self) -> int:
        """All events of the label."""
        return sum(self.hours)


class HeatMap(NamedTuple):
    """Labels by hours of the day.

    Attributes:
        rows: The labels, the most frequent first.
        left_out: The number of labels that are not in `rows`.
    """

    rows: list[HeatRow]
    left_out: int

    @property
    def largest(self) -> int:
        """The largest count of a label in an hour."""
        return max((count for row in self.rows for count in row.hours), default=0)


class DayCount(NamedTuple):
    """The events of a day, and the best score of them."""

    day: date
    events: int
    best_score: float


def heat_map(path: Path, wanted: EventFilter, zones: Zones) -> HeatMap:
    """Counts the events of a filter by label and hour of the day.

    Raises:
        sqlite3.Error: The history cannot be read.
    """
    with open_reader(path) as connection:
        time = local_time(connection, wanted, zones)
        # The index has all columns; by itself SQLite would read the rows of the period. Grouping by
        # the hour too would sort all events, which takes four times as long.
        rows = connection.execute(
            f"SELECT label, group_concat({time.expression} / {_HOUR_MS} % {HOURS})"  # noqa: S608 - an expression of ours
            f" FROM events INDEXED BY events_by_label WHERE {wanted.condition} GROUP BY label",
            {**wanted.values, **time.values},
        ).fetchall()
        hours = {label: _count_hours(concatenated) for label, concatenated in rows}
        labels = sorted(hours, key=lambda label: (-sum(hours[label]), label))
        names = dict(
            connection.execute(
                f"SELECT value, {COMMON_NAME} FROM (SELECT value, value AS label"  # noqa: S608 - as above
                " FROM json_each(?)) AS found",
                (json.dumps(labels[:MOST_ROWS]),),
            ).fetchall()
        )
    shown = [HeatRow(label, names[label] or label, hours[label]) for label in labels[:MOST_ROWS]]
    return HeatMap(shown, max(0, len(labels) - MOST_ROWS))


def _count_hours(concatenated: str) -> list[int]:
    """Returns the number of each hour among hours with commas between them."""
    counts = Counter(concatenated.split(","))
    return [counts[str(hour)] for hour in range(HOURS)]


def day_counts(path: Path, wanted: EventFilter, zones: Zones) -> list[DayCount]:
    """Counts the events of a filter by day, from the first day with an event to the last.

    Days without an event have a count of 0; beyond `MOST_DAYS` the latest days are counted.

    Raises:
        sqlite3.Error: The history cannot be read.
    """
    with open_reader(path) as connection:
        time = local_time(connection, wanted, zones)
        rows = connection.execute(
            f"SELECT {time.expression} / {_DAY_MS} AS day, count(*), max(score) FROM events"  # noqa: S608 - an expression of ours
            f" WHERE {wanted.condition} GROUP BY day ORDER BY day DESC LIMIT :most",
            {**wanted.values, **time.values, "most": MOST_DAYS},
        ).fetchall()
    if not rows:
        return []
    counts = {day: (count, score) for day, count, score in rows}
    last = rows[0][0]
    first = max(rows[-1][0], last - MOST_DAYS + 1)
    return [
        DayCount(_UNIX_EPOCH + timedelta(days=day), *counts.get(day, (0, 0.0)))
        for day in range(first, last + 1)
    ]
