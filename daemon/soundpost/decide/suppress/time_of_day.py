"""Times of day, by local time or by the sun."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Protocol

from soundpost.config import Place
from soundpost.decide.suppress.sun import Twilight, sun_crossing

DAYS = (-2, -1, 0, 1)
"""Days relative to today on which the last occurrence may lie: an offset of hours and a time zone
of hours may together move it by more than one."""

NOON = time(12)


class TimeOfDay(Protocol):
    """A time that occurs once a day.

    Attributes:
        is_morning: True if it lies in the first half of the day.
        by_sun: True if it moves with the sun.
    """

    is_morning: bool
    by_sun: bool

    def last(self, now: datetime) -> tuple[datetime, int]:
        """Returns the last occurrence up to now in UTC, and its rank (`sun.Crossing.rank`)."""
        ...


class ClockTime:
    """A local time.

    A time that a change to summer time skips is the hour after it; of a time that occurs twice the
    first one counts (PEP 495, fold=0).

    Args:
        at: The time.
        zone: Its time zone; None is the system's.
    """

    by_sun = False

    def __init__(self, at: time, zone: tzinfo | None) -> None:
        self.is_morning = at < NOON
        self._at = at
        self._zone = zone

    def last(self, now: datetime) -> tuple[datetime, int]:
        """Returns the last occurrence up to now in UTC; the rank is always 0."""
        today = now.astimezone(self._zone).date()
        times = (
            datetime.combine(today + timedelta(days), self._at, self._zone).astimezone(UTC)
            for days in DAYS
        )
        return max(past for past in times if past <= now), 0


class SunTime:
    """A time by the sun, with an offset.

    Args:
        twilight: The twilight.
        offset: Added to the twilight.
        place: The place.
    """

    by_sun = True

    def __init__(self, twilight: Twilight, offset: timedelta, place: Place) -> None:
        self.is_morning = twilight.is_morning
        self._twilight = twilight
        self._offset = offset
        self._place = place

    def last(self, now: datetime) -> tuple[datetime, int]:
        """Returns the last occurrence up to now in UTC, and the rank of the sun's crossing."""
        return max(past for past in self._occurrences(now) if past[0] <= now)

    def _occurrences(self, now: datetime) -> Iterator[tuple[datetime, int]]:
        for days in DAYS:
            date = now.date() + timedelta(days)
            crossing = sun_crossing(self._twilight, date, self._place)
            yield crossing.utc + self._offset, crossing.rank


def parse_time_of_day(text: str, zone: tzinfo | None, place: Place | None) -> TimeOfDay | None:
    """Returns the time of day that a text describes; None for one by the sun without a place.

    Args:
        text: As `soundpost.config.decide.TimeOfDayText` allows: 22:00, dusk, sunset+00:30.
        zone: Time zone of local times; None is the system's.
        place: The place for times by the sun; None if it is unknown.
    """
    if text[0].isdigit():
        return ClockTime(time.fromisoformat(text), zone)
    if place is None:
        return None
    name, sign, rest = text.partition("+") if "+" in text else text.partition("-")
    hours, minutes = map(int, rest.split(":")) if rest else (0, 0)
    offset = timedelta(hours=hours, minutes=minutes)
    return SunTime(Twilight(name), -offset if sign == "-" else offset, place)
