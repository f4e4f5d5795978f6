"""Whether the wall clock can be believed."""

import ctypes
from typing import Literal

ClockState = Literal["synced", "untrusted", "file"]
"""`synced`: the kernel says the clock follows a reference. `untrusted`: it does not, or cannot
say. `file`: sound comes from a recording, and times count from its start."""

_TIME_ERROR = 5
_TIMEX_BYTES = 512  # struct timex is 208 bytes on 64-bit Linux, 128 on 32-bit; the rest is slack


def clock_state() -> ClockState:
    """`synced` or `untrusted`, as adjtimex(2) answers; reading it needs no privilege."""
    try:
        adjtimex = ctypes.CDLL(None, use_errno=True).adjtimex
    except (OSError, AttributeError):
        return "untrusted"
    state: int = adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    return "synced" if 0 <= state < _TIME_ERROR else "untrusted"
