"""Counts by hour of the day and by day."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from web_events import event, ms

from soundpost.sqlite.open_file import open_writer
from soundpost_web.history.counts import MOST_ROWS, day_counts, heat_map
from soundpost_web.history.database import HISTORY
from soundpost_web.history.filters import EventFilter
from soundpost_web.history.message import EventMessage
from soundpost_web.history.retention import Limits
from soundpost_web.history.store import HistoryStore
from soundpost_web.settings.zones import Zones

EVERYTHING = EventFilter(0, 10**13)
SUMMER = datetime(2026, 10, 24, 22, 30, tzinfo=UTC)  # 00:30 in Berlin, the next day
WINTER = datetime(2026, 10, 25, 22, 30, tzinfo=UTC)  # 23:30 in Berlin


def stored(tmp_path: Path, *messages: EventMessage) -> Path:
    """Returns a history with these events."""
    store = HistoryStore(tmp_path / "history.db", Limits(36_500, 100))
    store.open()
    store.store(messages)
    store.close()
    return store.path


def at(time: datetime, **fields: Any) -> EventMessage:  # noqa: ANN401 - the fields of an event
    """Returns an event at a time."""
    return event(onset_ms=ms(time), received_ms=ms(time), **fields)


def test_hours_are_those_of_the_zone_on_both_sides_of_a_change(tmp_path: Path) -> None:
    """Summer time ends in the night between the two events."""
    path = stored(tmp_path, at(SUMMER), at(WINTER))
    (row,) = heat_map(path, EVERYTHING, Zones("Europe/Berlin")).rows
    assert [hour for hour, count in enumerate(row.hours) if count] == [0, 23]


def test_hours_are_those_of_the_node(tmp_path: Path) -> None:
    """A node has its own zone, and so have its sources."""
    messages = [at(SUMMER, node=node) for node in ("gate", "far", "far/roof", "farm")]
    zones = Zones("UTC", {"far": "Asia/Tokyo"})
    (row,) = heat_map(stored(tmp_path, *messages), EVERYTHING, zones).rows
    assert {hour: count for hour, count in enumerate(row.hours) if count} == {22: 2, 7: 2}


def test_the_heat_map_has_the_most_frequent_labels(tmp_path: Path) -> None:
    """The number of the others is stated."""
    messages = [at(SUMMER, label=f"label_{number:02}") for number in range(MOST_ROWS + 3)]
    messages += [at(SUMMER, label="label_42", common_name="Owl")]
    counts = heat_map(stored(tmp_path, *messages), EVERYTHING, Zones("UTC"))
    assert (counts.rows[0].label, counts.rows[0].shown) == ("label_42", "Owl")
    assert (counts.rows[0].total, counts.largest, counts.left_out) == (2, 2, 3)
    assert len(counts.rows) == MOST_ROWS


def test_days_without_an_event_are_counted_too(tmp_path: Path) -> None:
    """A chart would otherwise draw a line over them."""
    later = WINTER.replace(month=11, day=1)
    path = stored(tmp_path, at(SUMMER, score=0.7), at(SUMMER, score=0.9), at(later, score=0.8))
    days = day_counts(path, EVERYTHING, Zones("Europe/Berlin"))
    assert (days[0].day, days[0].events, days[0].best_score) == (date(2026, 10, 25), 2, 0.9)
    assert [day.events for day in days[1:-1]] == [0] * 6
    assert (days[-1].day, days[-1].events) == (date(2026, 11, 1), 1)


@pytest.mark.parametrize("label", ["dog", "nothing"])
def test_an_empty_history_has_no_counts(tmp_path: Path, label: str) -> None:
    """The pages then say so."""
    path = tmp_path / "history.db"
    open_writer(path, HISTORY).close()
    wanted = replace(EVERYTHING, label=label)
    assert heat_map(path, wanted, Zones("UTC")).rows == []
    assert heat_map(path, wanted, Zones("UTC")).largest == 0
    assert day_counts(path, wanted, Zones("UTC")) == []
