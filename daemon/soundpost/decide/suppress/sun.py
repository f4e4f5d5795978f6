"""When the sun rises and sets: the one door to astral."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

CIVIL_DEGREES = -6.0
"""Elevation of the sun's centre at dawn and dusk: one can still read outside."""

HORIZON_DEGREES = -0.833
"""The same at sunrise and sunset: half its disc, and the bending of light at the horizon."""

A_DAY = timedelta(days=1)
PRECISION = timedelta(seconds=1)

_KEPT_CROSSINGS = 64


class Twilight(StrEnum):
    """A time at which the sun crosses a height; the value is its name in the configuration."""

    DAWN = "dawn"
    SUNRISE = "sunrise"
    SUNSET = "sunset"
    DUSK = "dusk"

    @property
    def is_morning(self) -> bool:
        """Whether the sun rises then."""
        return self in {Twilight.DAWN, Twilight.SUNRISE}


@dataclass(frozen=True, slots=True)
class Place:
    """Where the sun is looked at, in degrees, north and east positive."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Crossing:
    """When the sun crosses a height.

    Attributes:
        utc: When.
        rank: Where the sun does not cross, dawn and dusk fall on one instant; the one with the
            higher rank is the later. At noon that is dusk: what follows is night.
    """

    utc: datetime
    rank: int = 0


@lru_cache(maxsize=_KEPT_CROSSINGS)
def sun_crossing(twilight: Twilight, day: date, place: Place) -> Crossing:
    """When the sun crosses the height of a twilight, nearest to the noon of a day.

    Where it stays below all day (polar night) it comes and goes at noon, where it stays above
    (midnight sun) at the midnights before and after: as in the limit of ever shorter days and
    nights. astral alone raises there, and near there may answer for the neighbouring day.

    Args:
        twilight: Which one.
        day: The noon is that of this date in UTC.
        place: Where.
    """
    # Only now: most configurations ask nothing of the sun.
    from astral import Observer  # noqa: PLC0415 - see above
    from astral.sun import elevation, noon  # noqa: PLC0415 - see above

    observer = Observer(place.latitude, place.longitude, 0.0)
    target = HORIZON_DEGREES if twilight in {Twilight.SUNRISE, Twilight.SUNSET} else CIVIL_DEGREES

    def is_up(time: datetime) -> bool:
        return elevation(observer, time, with_refraction=False) >= target

    high = noon(observer, day, UTC)
    # The midnight between two noons is the same for the dusk before it and the dawn after it.
    low = high + (noon(observer, day + (-A_DAY if twilight.is_morning else A_DAY), UTC) - high) / 2
    if not is_up(high):
        return Crossing(high, rank=int(not twilight.is_morning))
    if is_up(low):
        return Crossing(low, rank=int(twilight.is_morning))
    while abs(high - low) > PRECISION:
        middle = low + (high - low) / 2
        low, high = (low, middle) if is_up(middle) else (middle, high)
    return Crossing(high)
