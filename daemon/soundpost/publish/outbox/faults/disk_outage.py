"""A disk that refuses writes: logged once, and retried after a while."""

import logging
import time
from pathlib import Path

from soundpost.health import Health
from soundpost.system.backoff import Backoff
from soundpost.system.log_once import LogOnce

_log = logging.getLogger("soundpost.publish")


class DiskOutage:
    """The times during which the outbox's file cannot be written, and when to try it again.

    Args:
        path: The outbox's file.
        health: The counter of outages.
    """

    def __init__(self, path: Path, health: Health) -> None:
        self._path = path
        self._health = health
        self._backoff = Backoff()
        self._log_once = LogOnce(_log, logging.ERROR)
        self._retry_at_seconds = 0.0

    @property
    def may_retry(self) -> bool:
        """True if there is no outage, or it is time for the next attempt."""
        return not self._log_once.is_failing or time.monotonic() >= self._retry_at_seconds

    def record(self, error: Exception) -> None:
        """Records a failed attempt."""
        self._retry_at_seconds = time.monotonic() + self._backoff.next_seconds()
        is_new = self._log_once.fail(
            "the outbox %s cannot be written: %s (detections are sent from memory meanwhile; "
            "free space on the disk, and let this user write there)",
            self._path,
            error,
        )
        if is_new:
            self._health.outbox_faults += 1

    def end(self) -> bool:
        """Records a successful attempt; returns whether it ends an outage."""
        was_out = self._log_once.recover("the outbox %s can be written again", self._path)
        if was_out:
            self._backoff.reset()
        return was_out
