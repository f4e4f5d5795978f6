"""State of the wall clock: by adjtimex(2), under `ProtectClock=` by timesyncd's stamp."""

import ctypes
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Literal

from soundpost.system.units import EPOCH, NANOSECONDS_PER_MILLISECOND

ClockState = Literal["synced", "untrusted", "file"]
"""`synced`: the clock follows a reference. `untrusted`: it does not, or that is not known. `file`:
the sound comes from a recording, and its times count from the start of it."""

TIMESYNCD_STAMP = Path("/run/systemd/timesync/synchronized")
"""systemd-timesyncd touches this file when it syncs the clock; /run is empty after a boot."""

STEP_NS = 1_000_000_000
"""A clock that moves by more than this at once was set. NTP clients slew smaller differences."""
SLEW = 1_000
"""1 / `SLEW` is a faster slew than the kernel allows (500 ppm)."""
DOUBT_NS = 60_000_000_000
"""A clock that was set is untrusted for a minute. The NTP client needs about that time to notice
it: it polls every 32 s (systemd-timesyncd) or 64 s (ntpd, chrony) at first."""

_TIME_ERROR = 5
_TIMEX_BYTES = 512  # struct timex is 208 bytes on 64-bit Linux, 128 on 32-bit; the rest is slack


def since_boot_ns() -> int:
    """Returns the time since the boot by a clock that cannot be set, and that counts sleep."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


class WallClock:
    """The state of the wall clock, `synced` or `untrusted`; detects when the clock is set.

    Started by hand, the daemon calls adjtimex(2), which needs no privilege. The
    shipped unit has `ProtectClock=`, under which adjtimex(2) always fails. There the clock is
    synced if systemd-timesyncd has synced it since the boot and since it was last set.

    By adjtimex(2) a clock that was set is untrusted for a minute: it may have been set by hand, and
    the NTP client needs that long to find out.

    Args:
        wall_ns: The clock whose state is reported.
        steady_ns: A clock that cannot be set, and that continues while the machine sleeps.
    """

    def __init__(
        self,
        *,
        wall_ns: Callable[[], int] = time.time_ns,
        steady_ns: Callable[[], int] = since_boot_ns,
    ) -> None:
        self._wall_ns = wall_ns
        self._steady_ns = steady_ns
        self._checked_ns = steady_ns()
        self._offset_ns = wall_ns() - self._checked_ns
        self._doubt_until_ns = self._checked_ns
        self._stamp_ns = _stamp_ns()
        self._stale_stamp_ns: int | None = None

    def __call__(self) -> ClockState:
        """Returns the present state."""
        self._check_for_step()
        state = _kernel_state()
        if state is None:
            is_fresh = self._stamp_ns not in {None, self._stale_stamp_ns}
            return "synced" if is_fresh else "untrusted"
        if self._checked_ns < self._doubt_until_ns:
            return "untrusted"
        return state

    def _check_for_step(self) -> None:
        """Detects whether the clock was set since the last check."""
        steady_ns, wall_ns = self._steady_ns(), self._wall_ns()
        since_ns = steady_ns - self._checked_ns
        moved_ns = abs(wall_ns - steady_ns - self._offset_ns)
        stamp_ns = _stamp_ns()
        if moved_ns > STEP_NS + since_ns // SLEW:
            self._doubt_until_ns = steady_ns + DOUBT_NS
            # systemd-timesyncd set it, if its stamp is new and dates from the time since then.
            is_new = stamp_ns is not None and stamp_ns != self._stamp_ns
            is_since = is_new and wall_ns - since_ns <= (stamp_ns or 0) <= wall_ns
            self._stale_stamp_ns = None if is_since else stamp_ns
        self._stamp_ns = stamp_ns
        self._checked_ns = steady_ns
        self._offset_ns = wall_ns - steady_ns


def _kernel_state() -> ClockState | None:
    """Returns the state by adjtimex(2); None where the call is not permitted."""
    try:
        adjtimex = ctypes.CDLL(None, use_errno=True).adjtimex
    except (OSError, AttributeError):
        return "untrusted"
    state: int = adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    if state < 0:
        return None
    return "synced" if state < _TIME_ERROR else "untrusted"


def _stamp_ns() -> int | None:
    """Returns when systemd-timesyncd last set the clock, by that clock; None if it never did."""
    try:
        return TIMESYNCD_STAMP.stat().st_mtime_ns
    except OSError:
        return None


clock_state = WallClock()
"""The clock of this machine: one for the process, because it remembers the last check."""


def rfc3339(utc_ns: int) -> str:
    """Returns a time as RFC 3339 in UTC, cut to whole milliseconds (integer arithmetic only).

    Args:
        utc_ns: Nanoseconds since 1970 UTC; years 1 to 9999.
    """
    time = EPOCH + timedelta(milliseconds=utc_ns // NANOSECONDS_PER_MILLISECOND)
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
