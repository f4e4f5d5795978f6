"""Days and hours of an archive in its zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from archive_parts import START_NS, part
from hypothesis import given
from hypothesis import strategies as st

from soundpost.archive.report.local_time import DayColumns, certain_start_ns, local, quarters

BERLIN = ZoneInfo("Europe/Berlin")
HOUR_NS = 3_600 * 1_000_000_000


def test_a_flagged_time_is_not_certain() -> None:
    """Even if the flag leaves a time: a clock may have been wrong."""
    assert certain_start_ns(part()) == START_NS
    assert certain_start_ns(part(time_flags=("conflict",))) is None
    assert certain_start_ns(part(utc_ns=None, time_flags=("no_time",))) is None


def test_times_are_in_the_zone() -> None:
    """Without a zone they are in UTC."""
    assert local(START_NS, None) == datetime(2025, 6, 1, 22, 30, tzinfo=UTC)
    assert local(START_NS, BERLIN).isoformat() == "2025-06-02T00:30:00+02:00"


@given(
    st.integers(1_000_000_000, 1_900_000_000),
    st.floats(0.001, 200_000),
    st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe"]),
)
def test_pieces_are_the_whole_recording_and_lie_in_one_hour(
    start_seconds: int, seconds: float, zone: str
) -> None:
    """Kathmandu is 5:45 ahead; Lord Howe changes its clocks by half an hour."""
    pieces = list(quarters(start_seconds * 1_000_000_000, seconds))
    assert sum(length for _, length in pieces) == pytest.approx(seconds, abs=1e-5)
    for start_ns, length in pieces:
        first = local(start_ns, ZoneInfo(zone))
        last = (first.astimezone(UTC) + timedelta(seconds=length * 0.999)).astimezone(first.tzinfo)
        assert (first.date(), first.hour) == (last.date(), last.hour)


def test_an_hour_that_comes_twice_has_two_hours_of_sound() -> None:
    """On 26 October 2025 the clocks of Berlin went from 3 back to 2."""
    start_ns = int(datetime(2025, 10, 25, 22, tzinfo=UTC).timestamp()) * 1_000_000_000
    hours = [local(at, BERLIN).hour for at, _ in quarters(start_ns, 25 * 3_600)]
    assert hours.count(2) == 8
    assert all(hours.count(hour) == 4 for hour in range(24) if hour != 2)


@pytest.mark.parametrize(
    ("first", "last", "unit", "names"),
    [
        (date(2025, 6, 1), date(2025, 6, 1), "day", ["2025-06-01"]),
        (date(2025, 12, 31), date(2026, 1, 1), "day", ["2025-12-31", "2026-01-01"]),
        (date(2025, 6, 1), date(2025, 8, 2), "week", ["2025-05-26", "2025-06-02"]),
        (date(2023, 12, 15), date(2025, 6, 1), "month", ["2023-12", "2024-01"]),
        (date(2001, 3, 1), date(2025, 6, 1), "year", ["2001", "2002"]),
    ],
)
def test_columns_are_days_weeks_months_or_years(
    first: date, last: date, unit: str, names: list[str]
) -> None:
    """Whatever fits. A week begins on Monday."""
    columns = DayColumns(first, last)
    assert columns.unit == unit
    assert columns.names[:2] == names
    assert columns.position(first) == 0
    assert columns.position(last) == len(columns.names) - 1


@given(st.dates(date(2001, 1, 1), date(2060, 1, 1)), st.integers(0, 20_000))
def test_every_day_has_a_column(first: date, days: int) -> None:
    """There are at most two months of columns."""
    last = first + timedelta(days=days)
    columns = DayColumns(first, last)
    assert len(columns.names) <= 62
    positions = [columns.position(first + timedelta(days=day)) for day in range(days + 1)]
    assert positions == sorted(positions)
    assert set(positions) == set(range(len(columns.names)))
