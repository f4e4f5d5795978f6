"""Units of time and size, and durations as text."""

from datetime import UTC, datetime

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NANOSECONDS_PER_MILLISECOND = 1_000_000
BYTES_PER_MEGABYTE = 1_000_000

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def clock_duration(seconds: float) -> str:
    """Returns a duration as `1:02:03`, cut to the second: for a display that counts."""
    minutes, rest = divmod(int(seconds), _MINUTE)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def rough_duration(seconds: int) -> str:
    """Returns a duration in its two largest units, as `3 h 12 min`: for a line of status."""
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min"
    if seconds < _DAY:
        return f"{seconds // _HOUR} h {seconds % _HOUR // _MINUTE} min"
    return f"{seconds // _DAY} d {seconds % _DAY // _HOUR} h"
