"""The week of the year as range models count it: 48 weeks, four in each month."""

from collections.abc import Callable
from datetime import timedelta

from soundpost.system.clock import ClockState, since_boot_ns
from soundpost.system.units import EPOCH

WEEKS = 48
_WEEKS_PER_MONTH = 4
_DAYS_PER_WEEK = 7
_NANOSECONDS_PER_MICROSECOND = 1_000


def week_at(utc_ns: int) -> int:
    """Returns the week of a time, from 1 to 48, by its date in UTC.

    The weeks of a month are its days 1 to 7, 8 to 14, 15 to 21, and the rest. BirdNET's range model
    was trained on eBird's bar charts, which divide months like this.

    Args:
        utc_ns: Nanoseconds since 1970 UTC; years 1 to 9999.
    """
    date = EPOCH + timedelta(microseconds=utc_ns // _NANOSECONDS_PER_MICROSECOND)
    week_of_month = min((date.day - 1) // _DAYS_PER_WEEK, _WEEKS_PER_MONTH - 1)
    return (date.month - 1) * _WEEKS_PER_MONTH + week_of_month + 1


class SeasonClock:
    """Returns the week of a capture time, once the wall clock has been synced.

    Before that the date may be any: a board without a battery starts in 1970 or at its last
    shutdown. Afterwards the week stays known: while the clock is not synced, the time since it was
    is measured by a clock that cannot be set.

    Args:
        clock: Returns the state of the wall clock.
        steady_ns: A clock that cannot be set, and that continues while the machine sleeps.
    """

    def __init__(
        self, clock: Callable[[], ClockState], steady_ns: Callable[[], int] = since_boot_ns
    ) -> None:
        self._clock = clock
        self._steady_ns = steady_ns
        self._synced: tuple[int, int] | None = None

    def __call__(self, utc_ns: int) -> int | None:
        """Returns the week; None until the clock has been synced.

        Args:
            utc_ns: Capture time, nanoseconds since 1970 UTC.
        """
        if self._clock() == "synced":
            self._synced = (utc_ns, self._steady_ns())
            return week_at(utc_ns)
        if self._synced is None:
            return None
        synced_ns, steady_ns = self._synced
        return week_at(synced_ns + self._steady_ns() - steady_ns)
