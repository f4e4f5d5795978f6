"""Sunrise, sunset and twilight; the only file that imports astral."""

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

import msgspec

from soundpost.config import Place

CIVIL_DEGREES = -6.0
"""Elevation of the sun's centre at civil dawn and dusk, when a person can just read outside."""

HORIZON_DEGREES = -0.833
"""Elevation of the sun's centre at sunrise and sunset: minus half the width of its disc, minus the
refraction of light at the horizon."""

PRECISION = timedelta(seconds=1)
"""Far below the minute to which almanacs are printed."""

_DAY = timedelta(days=1)
_CACHED_CROSSINGS = 64
"""Four twilights on four days are in use at once, see `time_of_day.DAYS`; the rest is spare."""


class Twilight(StrEnum):
    """A time at which the sun crosses an elevation; the value is its name in the configuration."""

    DAWN = "dawn"
    SUNRISE = "sunrise"
    SUNSET = "sunset"
    DUSK = "dusk"

    @property
    def is_morning(self) -> bool:
        """True if the sun rises then."""
        return self in {Twilight.DAWN, Twilight.SUNRISE}


class Crossing(msgspec.Struct, frozen=True):
    """The time at which the sun crosses an elevation.

    Attributes:
        utc: The time.
        rank: Tie-breaker for polar day and night, when dawn and dusk fall on the same instant: the
            one with the higher rank is the later. At noon that is dusk, because night follows.
    """

    utc: datetime
    rank: int = 0


@lru_cache(maxsize=_CACHED_CROSSINGS)
def sun_crossing(twilight: Twilight, day: date, place: Place) -> Crossing:
    """Returns when the sun crosses the elevation of a twilight, nearest to the noon of a day.

    Where the sun stays below all day (polar night) both crossings are at noon, where it stays above
    (midnight sun) at the midnights before and after: the limit of ever shorter days and nights.
    astral alone raises there, and near there may return the crossing of the neighbouring day.

    Args:
        twilight: The twilight.
        day: The noon is that of this date in UTC.
        place: The place.
    """
    # Imported here, because most configurations name no time by the sun.
    from astral import Observer  # noqa: PLC0415 - see above
    from astral.sun import elevation, noon  # noqa: PLC0415 - see above

    observer = Observer(place.latitude, place.longitude, 0.0)
    target = HORIZON_DEGREES if twilight in {Twilight.SUNRISE, Twilight.SUNSET} else CIVIL_DEGREES

    def is_up(time: datetime) -> bool:
        return elevation(observer, time, with_refraction=False) >= target

    high = noon(observer, day, UTC)
    # The midnight between two noons is the same for the dusk before it and the dawn after it.
    low = high + (noon(observer, day + (-_DAY if twilight.is_morning else _DAY), UTC) - high) / 2
    if not is_up(high):
        return Crossing(high, rank=int(not twilight.is_morning))
    if is_up(low):
        return Crossing(low, rank=int(twilight.is_morning))
    while abs(high - low) > PRECISION:
        middle = low + (high - low) / 2
        low, high = (low, middle) if is_up(middle) else (middle, high)
    return Crossing(high)
