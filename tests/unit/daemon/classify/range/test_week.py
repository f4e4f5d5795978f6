"""The week of the year, and what is known of it while the clock is not synced."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.classify.range import WEEKS, SeasonClock, week_at
from soundpost.system.clock import ClockState

DAY_NS = 86_400_000_000_000


def utc_ns(day: date, hour: int = 12) -> int:
    """Returns an hour of a date, nanoseconds since 1970 UTC."""
    return int(datetime(day.year, day.month, day.day, hour, tzinfo=UTC).timestamp()) * 10**9


@pytest.mark.parametrize(
    ("day", "week"),
    [
        (date(2026, 1, 1), 1),
        (date(2026, 1, 7), 1),
        (date(2026, 1, 8), 2),
        (date(2026, 1, 22), 4),
        (date(2026, 1, 31), 4),
        (date(2026, 2, 1), 5),
        (date(2028, 2, 29), 8),
        (date(2026, 5, 10), 18),
        (date(2026, 12, 31), 48),
    ],
)
def test_a_month_has_four_weeks(day: date, week: int) -> None:
    """The last one has all days from the 22nd on."""
    assert week_at(utc_ns(day)) == week


def test_the_week_begins_at_midnight_utc() -> None:
    """To the nanosecond."""
    midnight = utc_ns(date(2026, 5, 8), 0)
    assert (week_at(midnight - 1), week_at(midnight)) == (17, 18)


@given(st.dates(date(1970, 1, 1), date(9999, 12, 30)))
def test_the_weeks_of_a_year_follow_one_another(day: date) -> None:
    """From one day to the next the week stays, or is the next one, or the first of a year."""
    week, following = week_at(utc_ns(day)), week_at(utc_ns(day + timedelta(1)))
    assert 1 <= week <= WEEKS
    assert following in ({1} if (day + timedelta(1)).year > day.year else {week, week + 1})


class Clocks:
    """The state of a wall clock, and the time since the boot, as a test sets them."""

    state: ClockState = "untrusted"

    def __init__(self) -> None:
        self.since_boot_ns = 0
        self.season = SeasonClock(lambda: self.state, lambda: self.since_boot_ns)


def test_there_is_no_week_until_the_clock_has_been_synced() -> None:
    """A board without a battery starts in 1970."""
    clocks = Clocks()
    assert clocks.season(0) is None
    assert clocks.season(utc_ns(date(2026, 5, 10))) is None
    clocks.state = "synced"
    assert clocks.season(utc_ns(date(2026, 5, 10))) == 18


def test_a_clock_that_is_no_longer_synced_does_not_lose_the_week() -> None:
    """The time since is measured by the steady clock, whatever the wall clock is set to."""
    clocks = Clocks()
    clocks.state = "synced"
    assert clocks.season(utc_ns(date(2026, 5, 10))) == 18
    clocks.state = "untrusted"
    assert clocks.season(0) == 18
    clocks.since_boot_ns += 60 * DAY_NS
    assert clocks.season(0) == week_at(utc_ns(date(2026, 7, 9))) == 26
    clocks.state = "synced"
    assert clocks.season(utc_ns(date(2026, 8, 1))) == 29


def test_recordings_have_no_week() -> None:
    """Their times count from 1970."""
    clocks = Clocks()
    clocks.state = "file"
    assert clocks.season(0) is None
