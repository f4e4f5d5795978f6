"""Whether the wall clock can be believed, and how a time is written."""

import ctypes
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

ClockState = Literal["synced", "untrusted", "file"]
"""`synced`: the kernel says the clock follows a reference. `untrusted`: it does not, or cannot
say. `file`: sound comes from a recording, and times count from its start."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NANOSECONDS_PER_MILLISECOND = 1_000_000

TIMESYNCD_STAMP = Path("/run/systemd/timesync/synchronized")
"""systemd-timesyncd touches it whenever it has synced the clock; /run is empty after a boot."""

STEP_NS = 1_000_000_000
"""What moves by more than this at once was set. Who disciplines a clock slews what is less."""
SLEW = 1_000
"""One part in so many is more than any clock is slewed by: the kernel allows 500 ppm."""
DOUBT_NS = 60_000_000_000

_TIME_ERROR = 5
_TIMEX_BYTES = 512  # struct timex is 208 bytes on 64-bit Linux, 128 on 32-bit; the rest is slack


def _since_boot_ns() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


class WallClock:
    """Says whether the wall clock can be believed, and notices when somebody sets it.

    `synced` is what adjtimex(2) calls so; reading it needs no privilege. A service whose systemd
    protects the clock (`ProtectClock=`) may not even ask. There it is synced if systemd-timesyncd
    has synced it since the boot, and since it was last set.

    A clock that was set is not believed for a minute, whatever the kernel says: it may have been
    set by hand, and who keeps it needs a moment to see that.

    Args:
        wall_ns: The clock that is judged.
        steady_ns: One that nobody sets, and that goes on while the machine sleeps.
    """

    def __init__(
        self,
        *,
        wall_ns: Callable[[], int] = time.time_ns,
        steady_ns: Callable[[], int] = _since_boot_ns,
    ) -> None:
        self._wall_ns = wall_ns
        self._steady_ns = steady_ns
        self._looked_ns = steady_ns()
        self._offset_ns = wall_ns() - self._looked_ns
        self._doubt_until_ns = self._looked_ns
        self._stamp_ns = _stamp_ns()
        self._stale_stamp_ns: int | None = None

    def __call__(self) -> ClockState:
        """`synced` or `untrusted`, now."""
        self._look()
        state = _kernel_state()
        if state is None:
            is_fresh = self._stamp_ns not in {None, self._stale_stamp_ns}
            return "synced" if is_fresh else "untrusted"
        if self._looked_ns < self._doubt_until_ns:
            return "untrusted"
        return state

    def _look(self) -> None:
        """See whether the clock was set since the last look."""
        steady_ns, wall_ns = self._steady_ns(), self._wall_ns()
        since_ns = steady_ns - self._looked_ns
        moved_ns = abs(wall_ns - steady_ns - self._offset_ns)
        stamp_ns = _stamp_ns()
        if moved_ns > STEP_NS + since_ns // SLEW:
            self._doubt_until_ns = steady_ns + DOUBT_NS
            # Who set it was systemd-timesyncd, if its stamp is new and of the time since.
            is_new = stamp_ns is not None and stamp_ns != self._stamp_ns
            is_since = is_new and wall_ns - since_ns <= (stamp_ns or 0) <= wall_ns
            self._stale_stamp_ns = None if is_since else stamp_ns
        self._stamp_ns = stamp_ns
        self._looked_ns = steady_ns
        self._offset_ns = wall_ns - steady_ns


def _kernel_state() -> ClockState | None:
    """What adjtimex(2) answers; None where it may not be asked."""
    try:
        adjtimex = ctypes.CDLL(None, use_errno=True).adjtimex
    except (OSError, AttributeError):
        return "untrusted"
    state: int = adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    if state < 0:
        return None
    return "synced" if state < _TIME_ERROR else "untrusted"


def _stamp_ns() -> int | None:
    """When systemd-timesyncd last set the clock, by that clock; None if it never did."""
    try:
        return TIMESYNCD_STAMP.stat().st_mtime_ns
    except OSError:
        return None


clock_state = WallClock()
"""The clock of this machine: there is one, so one is enough for the process."""


def rfc3339(utc_ns: int) -> str:
    """A time as RFC 3339 in UTC, cut to whole milliseconds by integer arithmetic alone.

    Args:
        utc_ns: Nanoseconds since 1970 UTC; years 1 to 9999.
    """
    time = _EPOCH + timedelta(milliseconds=utc_ns // _NANOSECONDS_PER_MILLISECOND)
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
