"""A time of day by the clock on the wall, or by the sun; and when it was last."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Protocol

from soundpost.decide.suppress.sun import Place, Twilight, sun_crossing

DAYS = (-2, -1, 0, 1)
"""Days around the present one on which the last occurrence may lie: an offset of hours and a time
zone of hours may together move it by more than one."""


NOON = time(12)


class TimeOfDay(Protocol):
    """A time that comes once a day."""

    is_morning: bool
    by_sun: bool

    def last(self, now: datetime) -> tuple[datetime, int]:
        """When it was last, now included, in UTC, and its rank among what falls on that instant."""
        ...


class ClockTime:
    """A time by the clock on the wall.

    What a change to summer time leaves out falls on the hour after it, what comes twice counts
    the first time (PEP 495, fold=0).

    Args:
        at: The time.
        zone: Of the clock; None is the system's.
    """

    by_sun = False

    def __init__(self, at: time, zone: tzinfo | None) -> None:
        self.is_morning = at < NOON
        self._at = at
        self._zone = zone

    def last(self, now: datetime) -> tuple[datetime, int]:
        """When it was last, now included, in UTC; its rank is always 0."""
        today = now.astimezone(self._zone).date()
        times = (
            datetime.combine(today + timedelta(days), self._at, self._zone).astimezone(UTC)
            for days in DAYS
        )
        return max(past for past in times if past <= now), 0


class SunTime:
    """A time by the sun, or so long before or after it.

    Args:
        twilight: Which one.
        offset: Added to it.
        place: Where the sun is looked at.
    """

    by_sun = True

    def __init__(self, twilight: Twilight, offset: timedelta, place: Place) -> None:
        self.is_morning = twilight.is_morning
        self._twilight = twilight
        self._offset = offset
        self._place = place

    def last(self, now: datetime) -> tuple[datetime, int]:
        """When it was last, now included, in UTC, and its rank where the sun does not cross."""
        return max(past for past in self._around(now) if past[0] <= now)

    def _around(self, now: datetime) -> Iterator[tuple[datetime, int]]:
        for days in DAYS:
            date = now.date() + timedelta(days)
            crossing = sun_crossing(self._twilight, date, self._place)
            yield crossing.utc + self._offset, crossing.rank


def parse_moment(text: str, zone: tzinfo | None, place: Place | None) -> TimeOfDay | None:
    """The moment that the configuration words; None if it is the sun's and the place is unknown.

    Args:
        text: As `soundpost.config.decide.TimeOfDay` allows: 22:00, dusk, sunset+00:30.
        zone: Of the clock on the wall; None is the system's.
        place: Where the sun is looked at.
    """
    if text[0].isdigit():
        return ClockTime(time.fromisoformat(text), zone)
    if place is None:
        return None
    name, sign, rest = text.partition("+") if "+" in text else text.partition("-")
    hours, minutes = map(int, rest.split(":")) if rest else (0, 0)
    offset = timedelta(hours=hours, minutes=minutes)
    return SunTime(Twilight(name), -offset if sign == "-" else offset, place)
