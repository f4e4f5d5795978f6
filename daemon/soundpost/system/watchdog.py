"""The watchdog and the status line: readiness, progress and status for systemd."""

import logging
import time
from collections.abc import Callable
from typing import Self

import msgspec

from soundpost.health import Health, Status
from soundpost.system.printable import printable
from soundpost.system.systemd import Notifier
from soundpost.system.units import rough_duration

STATUS_SECONDS = 5.0
"""The interval at which the line of `systemctl status` is renewed, for a person who reads it."""
FEEDS_PER_TIMEOUT = 4
"""Notifications within the time-out of the watchdog. sd_watchdog_enabled(3) recommends two; with
four, a slow window does not trigger it."""

_log = logging.getLogger("soundpost.service")


class StatusLine(msgspec.Struct, frozen=True):
    """The line that `systemctl status` shows.

    Attributes:
        source: The source of the sound, as the configuration names it.
        sample_rate_hz: Converts counted samples into seconds.
        refusal: Returns the error because of which another configuration than that of the file is
            in use; None if there is no such error.
    """

    source: str
    sample_rate_hz: int
    refusal: Callable[[], Exception | None] = lambda: None

    def begin(self) -> str:
        """Returns the line before the first sample."""
        return f"capturing from {printable(self.source)}{self._describe_refusal()}"

    def describe(self, health: Health, status: Status) -> str:
        """Returns the line for the present counters and state."""
        broker = "connected" if status.is_connected else "away"
        sound = rough_duration(health.samples // self.sample_rate_hz)
        return (
            f"capturing from {printable(self.source)}, {sound} of sound, "
            f"{health.detections} detections, "
            f"broker {broker}{''.join(f', {problem}' for problem in status.problems)}"
            f"{self._describe_refusal()}"
        )

    def _describe_refusal(self) -> str:
        error = self.refusal()
        reason = printable(str(error))
        return f"; an older configuration is in use, the new one is refused: {reason}" * bool(error)


class Watchdog:
    """Notifies systemd of progress; entered as a context manager when everything is ready.

    It is fed when samples were captured and windows classified since the last time, from the loop
    in which that happens: a hang there, or anywhere before, stops the feeding. While the source
    waits for a lost microphone it is fed too; the source ends the process when that takes too long.

    Args:
        notifier: Sends the notifications.
        status_line: Describes the service.
        health: Counts the progress.
        monotonic_seconds: The clock of the intervals.
    """

    def __init__(
        self,
        notifier: Notifier,
        status_line: StatusLine,
        health: Health,
        *,
        monotonic_seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._notifier = notifier
        self._status_line = status_line
        self._health = health
        self._monotonic_seconds = monotonic_seconds
        self._feed_seconds = (notifier.watchdog_seconds or float("inf")) / FEEDS_PER_TIMEOUT
        self._feed_due_seconds = monotonic_seconds() + self._feed_seconds
        self._status_due_seconds = monotonic_seconds() + STATUS_SECONDS
        self._fed_samples = 0
        self._fed_windows = 0
        self._is_reload_requested = False
        self._is_stopping = False

    @property
    def is_reloading(self) -> bool:
        """True if the run ends to start again with another configuration."""
        return self._is_reload_requested and not self._is_stopping

    def __enter__(self) -> Self:
        """Notifies that everything was verified and opened, and that detection starts."""
        self._notifier.notify(READY="1", STATUS=self._status_line.begin())
        return self

    def __exit__(self, *_: object) -> None:
        """Notifies that the process publishes the last detections and ends, unless it reloads."""
        if not self.is_reloading:
            self._notifier.notify(STOPPING="1", STATUS="publishing the last detections")

    def tick(self, status: Status) -> None:
        """Feeds the watchdog after progress, and updates the status line, when they are due.

        Samples without windows are progress while the gate is closed; so is the search for a
        lost microphone.
        """
        now_seconds = self._monotonic_seconds()
        if now_seconds >= self._feed_due_seconds and (
            status.is_waiting or self._has_progressed(status)
        ):
            self._notifier.notify(WATCHDOG="1")
            self._feed_due_seconds = now_seconds + self._feed_seconds
            self._fed_samples = self._health.samples
            self._fed_windows = self._health.windows
        if now_seconds >= self._status_due_seconds:
            self._notifier.notify(STATUS=self._status_line.describe(self._health, status))
            self._status_due_seconds = now_seconds + STATUS_SECONDS

    def stop(self) -> None:
        """Makes this run the last one; takes no lock, so a signal handler may call it."""
        self._is_stopping = True

    def reload(self) -> None:
        """Notifies that the run ends and another one starts; does nothing after `stop`."""
        if self._is_stopping:
            return
        self._is_reload_requested = True
        monotonic_microseconds = time.monotonic_ns() // 1_000
        self._notifier.notify(
            RELOADING="1",
            MONOTONIC_USEC=str(monotonic_microseconds),
            STATUS="restarting with another configuration",
        )

    def _has_progressed(self, status: Status) -> bool:
        has_captured = self._health.samples > self._fed_samples
        has_classified = self._health.windows > self._fed_windows
        return has_captured and (has_classified or status.is_gate_closed)
