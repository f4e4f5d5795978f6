"""What systemd is told of the service: that it is ready, how it fares, that it goes on."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from soundpost.health import Health, Status
from soundpost.system.systemd import Notifier
from soundpost.system.units import rough_duration

STATUS_SECONDS = 5.0
"""How often at most the line of `systemctl status` changes."""
FEEDS_PER_TIMEOUT = 4
"""How often the watchdog is fed in the time after which it bites. sd_watchdog_enabled(3) asks for
twice; a window that takes its time may then still be waited for."""

_log = logging.getLogger("soundpost.service")


@dataclass(frozen=True, slots=True)
class StatusLine:
    """What is going on, besides what `Health` counts.

    Attributes:
        source: What is listened to, as the configuration names it.
        sample_rate_hz: The rate of the samples that are counted.
    """

    source: str
    sample_rate_hz: int

    def describe(self, health: Health, status: Status) -> str:
        """The line that `systemctl status` shows."""
        broker = "connected" if status.is_connected else "away"
        sound = rough_duration(health.samples // self.sample_rate_hz)
        return (
            f"listening to {self.source}, {sound} of sound, {health.detections} detections, "
            f"broker {broker}{''.join(f', {problem}' for problem in status.problems)}"
        )


class Watchdog:
    """Tells the service manager of progress, and of nothing else; entered when all is ready.

    The watchdog is fed when samples were heard and windows classified since it was fed last, from
    the loop in which they are: what hangs there, or anywhere before, stops feeding it. A source
    that waits for a lost microphone is fed for as well; it ends by itself when that takes long.

    Args:
        manager: Who is told.
        listening: What is told about.
        health: Where progress is counted.
        monotonic_seconds: The clock by which it is told so often and not more.
    """

    def __init__(
        self,
        manager: Notifier,
        listening: StatusLine,
        health: Health,
        *,
        monotonic_seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._manager = manager
        self._listening = listening
        self._health = health
        self._monotonic_seconds = monotonic_seconds
        self._feed_seconds = (manager.watchdog_seconds or float("inf")) / FEEDS_PER_TIMEOUT
        self._feed_due_seconds = monotonic_seconds() + self._feed_seconds
        self._status_due_seconds = monotonic_seconds() + STATUS_SECONDS
        self._fed_samples = 0
        self._fed_windows = 0
        self._is_asked_anew = False
        self._is_stopping = False

    @property
    def is_reloading(self) -> bool:
        """Whether listening ends to begin anew."""
        return self._is_asked_anew and not self._is_stopping

    def __enter__(self) -> Self:
        """Say that everything was verified and opened, and that listening begins."""
        self._manager.notify(READY="1", STATUS=f"listening to {self._listening.source}")
        return self

    def __exit__(self, *_: object) -> None:
        """Say that what was heard is told to its end, and then it is over, or begins anew."""
        if not self.is_reloading:
            self._manager.notify(STOPPING="1", STATUS="telling the last detections")

    def tick(self, status: Status) -> None:
        """Feeds the watchdog after progress, and updates the status line, when they are due.

        Samples without windows are progress while the gate is closed; so is the search for a
        lost microphone.
        """
        now_seconds = self._monotonic_seconds()
        if now_seconds >= self._feed_due_seconds and (
            status.is_waiting or self._has_progressed(status)
        ):
            self._manager.notify(WATCHDOG="1")
            self._feed_due_seconds = now_seconds + self._feed_seconds
            self._fed_samples = self._health.samples
            self._fed_windows = self._health.windows
        if now_seconds >= self._status_due_seconds:
            self._manager.notify(STATUS=self._listening.describe(self._health, status))
            self._status_due_seconds = now_seconds + STATUS_SECONDS

    def stop(self) -> None:
        """Let listening end for good; takes no lock, so a signal handler may call it."""
        self._is_stopping = True

    def reload(self) -> None:
        """Say that listening ends and begins anew, with another configuration; not after `stop`."""
        if self._is_stopping:
            return
        self._is_asked_anew = True
        monotonic_microseconds = time.monotonic_ns() // 1_000
        self._manager.notify(
            RELOADING="1",
            MONOTONIC_USEC=str(monotonic_microseconds),
            STATUS="beginning anew with another configuration",
        )

    def _has_progressed(self, status: Status) -> bool:
        has_heard = self._health.samples > self._fed_samples
        has_classified = self._health.windows > self._fed_windows
        return has_heard and (has_classified or status.is_quiet)
