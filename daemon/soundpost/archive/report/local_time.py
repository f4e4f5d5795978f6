"""Local times of an archive: days and hours of certain times, and the sound in each."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, tzinfo

from soundpost.archive.part import Part
from soundpost.audio import NANOSECONDS

_STEP_SECONDS = 900
"""Offsets from UTC are multiples of a quarter of an hour, so no quarter is in two hours."""

_WEEK_DAYS = 7
HOURS = tuple(f"{hour:02}" for hour in range(24))
_MOST_COLUMNS = 62
"""Two months of days: more columns would have to be scrolled for long."""


def certain_start_ns(part: Part) -> int | None:
    """Returns the start of a recording, None if it is not known or flagged."""
    return None if part.time_flags else part.utc_ns


def local(utc_ns: int, zone: tzinfo | None) -> datetime:
    """Returns a time in a zone, or in UTC if the zone is not known; cut to the second."""
    return datetime.fromtimestamp(utc_ns // NANOSECONDS, zone or UTC)


def quarters(utc_ns: int, seconds: float) -> Iterator[tuple[int, float]]:
    """Yields a recording in pieces that no hour or day divides: start (ns) and seconds."""
    start = utc_ns / NANOSECONDS
    position, end = start, start + seconds
    while position < end:
        following = (position // _STEP_SECONDS + 1) * _STEP_SECONDS
        yield int(position) * NANOSECONDS, min(following, end) - position
        position = following


class DayColumns:
    """The columns of a table over days: days, weeks, months or years, as many as fit.

    Args:
        first: The first day.
        last: The last day.
    """

    def __init__(self, first: date, last: date) -> None:
        self.unit, self._key = next(
            (unit, key)
            for unit, key in _UNITS
            if key(last) - key(first) < _MOST_COLUMNS or unit == "year"
        )
        self._first = self._key(first)
        days = (date.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1))
        starts: dict[int, date] = {}
        for day in days:
            starts.setdefault(self._key(day), day)
        self.names: Sequence[str] = [_name(self.unit, day) for day in starts.values()]

    def position(self, day: date) -> int:
        """Returns the number of a day's column."""
        return self._key(day) - self._first


def _day(day: date) -> int:
    return day.toordinal()


def _week(day: date) -> int:
    return (day.toordinal() - 1) // _WEEK_DAYS  # 0001-01-01 was a Monday


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _year(day: date) -> int:
    return day.year


_UNITS: tuple[tuple[str, Callable[[date], int]], ...] = (
    ("day", _day),
    ("week", _week),
    ("month", _month),
    ("year", _year),
)


def _name(unit: str, day: date) -> str:
    """Returns the name of the column of a day; a week has that of its Monday."""
    if unit == "week":
        return date.fromordinal(_week(day) * _WEEK_DAYS + 1).isoformat()
    return day.isoformat()[: {"day": 10, "month": 7, "year": 4}[unit]]
