"""Whether the wall clock can be believed, and how a time is written."""

import ctypes
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

ClockState = Literal["synced", "untrusted", "file"]
"""`synced`: the kernel says the clock follows a reference. `untrusted`: it does not, or cannot
say. `file`: sound comes from a recording, and times count from its start."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NANOSECONDS_PER_MILLISECOND = 1_000_000

TIMESYNCD_STAMP = Path("/run/systemd/timesync/synchronized")
"""systemd-timesyncd touches it when it has set the clock; /run is empty after a boot."""

_TIME_ERROR = 5
_TIMEX_BYTES = 512  # struct timex is 208 bytes on 64-bit Linux, 128 on 32-bit; the rest is slack


def clock_state() -> ClockState:
    """`synced` or `untrusted`, as adjtimex(2) answers; reading it needs no privilege.

    A service whose systemd protects the clock (`ProtectClock=`) may not even ask. There it is
    synced if systemd-timesyncd has synced it since the boot.
    """
    try:
        adjtimex = ctypes.CDLL(None, use_errno=True).adjtimex
    except (OSError, AttributeError):
        return "untrusted"
    state: int = adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    if state < 0:
        return "synced" if TIMESYNCD_STAMP.exists() else "untrusted"
    return "synced" if state < _TIME_ERROR else "untrusted"


def rfc3339(utc_ns: int) -> str:
    """A time as RFC 3339 in UTC, cut to whole milliseconds by integer arithmetic alone.

    Args:
        utc_ns: Nanoseconds since 1970 UTC; years 1 to 9999.
    """
    time = _EPOCH + timedelta(milliseconds=utc_ns // _NANOSECONDS_PER_MILLISECOND)
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
