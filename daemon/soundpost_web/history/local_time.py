"""The local time of events as an expression of SQL, so that SQLite counts by hour.

A function of Python for each of 100,000 rows would take longer than the page may.
"""

import sqlite3
from typing import NamedTuple
from zoneinfo import ZoneInfo

from soundpost_web.history.filters import EventFilter
from soundpost_web.settings.zones import Zones, offsets

_DAY_MS = 86_400_000


class LocalTime(NamedTuple):
    """Milliseconds since 1970 by the clock on the wall of the node.

    Attributes:
        expression: The expression, with the columns `node` and `at_ms` of events.
        values: Its values by name.
    """

    expression: str
    values: dict[str, object]


def local_time(connection: sqlite3.Connection, wanted: EventFilter, zones: Zones) -> LocalTime:
    """Returns the local time of the events of a filter.

    Args:
        connection: The history.
        wanted: The filter.
        zones: The zones of the nodes.
    """
    first_ms, last_ms = connection.execute("SELECT min(at_ms), max(at_ms) FROM events").fetchone()
    if first_ms is None:
        return LocalTime("at_ms", {})
    # Whole days, so that the search for changes of the offset is done once a day.
    begin_ms = max(first_ms, wanted.from_ms) // _DAY_MS * _DAY_MS
    end_ms = (min(last_ms, wanted.to_ms) // _DAY_MS + 1) * _DAY_MS
    cases, values = [], dict[str, object]()
    for number, (node, zone) in enumerate(zones.others.items()):
        values[f"zone_{number}"] = node
        is_node = f"node = :zone_{number} OR substr(node, 1, length(:zone_{number}) + 1)"
        cases.append(f"WHEN {is_node} = :zone_{number} || '/' THEN {_of(zone, begin_ms, end_ms)}")
    page = _of(zones.page, begin_ms, end_ms)
    offset_ms = f"CASE {' '.join(cases)} ELSE {page} END" if cases else page
    return LocalTime(f"(at_ms + {offset_ms})", values)


def _of(zone: ZoneInfo, begin_ms: int, end_ms: int) -> str:
    """Returns the offset of a zone as an expression, in milliseconds."""
    first, *changes = offsets(zone, begin_ms, max(begin_ms, end_ms))
    cases = [f"WHEN at_ms >= {change.from_ms} THEN {change.offset_ms}" for change in changes[::-1]]
    return f"(CASE {' '.join(cases)} ELSE {first.offset_ms} END)" if cases else str(first.offset_ms)
