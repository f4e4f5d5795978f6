"""The phases of a source's process, and the limits of each."""

import signal
from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """A phase of a source; the value is its name in the status line."""

    WAITING = "waits for its next start"
    STARTING = "starts"
    RUNNING = "runs"
    STOPPING = "stops"
    ABORTING = "is aborted"
    KILLED = "is killed"
    REFUSED = "is refused"
    ENDED = "has ended"

    @property
    def has_process(self) -> bool:
        """True while there is a process."""
        return self not in _WITHOUT_PROCESS

    @property
    def is_final(self) -> bool:
        """True if there is no process, and none will be started."""
        return self in _FINAL


_FINAL = (Phase.REFUSED, Phase.ENDED)
_WITHOUT_PROCESS = (Phase.WAITING, *_FINAL)


@dataclass(frozen=True, slots=True)
class Limits:
    """The longest times that phases may take; those of the unit are a little longer.

    Attributes:
        watchdog_seconds: Without a sign of progress; `WatchdogSec=` of the unit.
        start_seconds: From the start to readiness.
        turn_seconds: From the start until others may start too, ready or not.
        abort_seconds: From SIGABRT to SIGKILL, for the trace of where it hung; as
            `TimeoutAbortSec=`.
        stop_seconds: From SIGTERM to SIGKILL. The broker has 5 s to take the last messages, and
            `TimeoutStopSec=` is 15 s.
        steady_seconds: After that long without a failure the next one is followed by the shortest
            wait again.
    """

    watchdog_seconds: float = 30.0
    start_seconds: float = 90.0
    turn_seconds: float = 10.0
    abort_seconds: float = 5.0
    stop_seconds: float = 12.0
    steady_seconds: float = 60.0


def describe_end(status: int) -> str:
    """Returns the end of a process in words.

    Args:
        status: Its exit status, or the negative number of the signal that ended it.
    """
    if status >= 0:
        return f"ended with exit status {status}"
    names = {int(number): number.name for number in signal.Signals}
    return f"was ended by {names.get(-status, f'signal {-status}')}"
