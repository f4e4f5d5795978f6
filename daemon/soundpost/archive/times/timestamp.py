"""A timestamp as a recorder writes it: local time, and its offset from UTC if it is stated."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Other years are damage or empty fields; far from the ends of `datetime`, sums cannot overflow."""

LARGEST_OFFSET = timedelta(hours=14)
"""Offset of Kiritimati, the largest in use."""


@dataclass(frozen=True, slots=True)
class Timestamp:
    """A point in local time.

    Attributes:
        local: Local time, without a zone.
        offset: Local time minus UTC; None if it is not stated.
    """

    local: datetime
    offset: timedelta | None = None

    @property
    def utc(self) -> datetime | None:
        """The time in UTC, or None without an offset."""
        if self.offset is None:
            return None
        return (self.local - self.offset).replace(tzinfo=UTC)


def make_timestamp(
    fields: Sequence[str], fraction: str = "", offset: timedelta | None = None
) -> Timestamp | None:
    """Returns a timestamp, or None if the fields are no time (a 13th month, a 61st minute).

    Args:
        fields: Year, month, day, hour, minute and second, as digits.
        fraction: Digits behind the second's point; those beyond microseconds are dropped.
        offset: Local time minus UTC, if it is stated.
    """
    year, month, day, hour, minute, second = map(int, fields)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    microsecond = int(fraction[:6].ljust(6, "0"))
    try:
        local = datetime(year, month, day, hour, minute, second, microsecond)  # noqa: DTZ001 - the offset is a field of its own
    except ValueError:
        return None
    return Timestamp(local, offset)


def make_offset(sign: str, hours: str, minutes: str = "") -> timedelta | None:
    """Returns an offset from UTC, or None if no place on Earth has one as large.

    Args:
        sign: `+` or `-`.
        hours: Its digits.
        minutes: Its digits, or "".
    """
    size = timedelta(hours=int(hours), minutes=int(minutes or "0"))
    if size > LARGEST_OFFSET or int(minutes or "0") >= 60:  # noqa: PLR2004 - minutes
        return None
    return -size if sign == "-" else size


def times_in_zone(local: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Returns the times in UTC at which the clocks of a zone show a local time, in their order.

    None when the clocks skip the hour, two when they go through it twice (PEP 495).

    Args:
        local: Local time, without a zone.
        zone: The time zone.
    """
    folds = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    shown = {utc for utc in folds if utc.astimezone(zone).replace(tzinfo=None) == local}
    return tuple(sorted(shown))
