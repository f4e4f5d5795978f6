"""A disk that takes nothing: told once, and asked again after a while."""

import logging
import time
from pathlib import Path

from soundpost.health import Health
from soundpost.system.backoff import Backoff

_log = logging.getLogger("soundpost.publish")


class DiskOutage:
    """Whether the outbox's file takes nothing at present, and when to try it again.

    Args:
        path: The outbox's file.
        health: Where outages are counted.
    """

    def __init__(self, path: Path, health: Health) -> None:
        self._path = path
        self._health = health
        self._backoff = Backoff()
        self._told = ""
        self._retry_at_seconds = 0.0

    @property
    def may_try(self) -> bool:
        """Whether there is no outage, or it is time to see whether it is over."""
        return not self._told or time.monotonic() >= self._retry_at_seconds

    def record(self, error: Exception) -> None:
        """It went wrong, perhaps again."""
        self._retry_at_seconds = time.monotonic() + self._backoff.next_seconds()
        if str(error) != self._told:
            self._told = str(error)
            self._health.outbox_faults += 1
            _log.error(
                "the outbox %s takes nothing: %s (detections are told from memory meanwhile; is "
                "the disk full, read-only, or not this user's?)",
                self._path,
                error,
            )

    def end(self) -> bool:
        """It went well; whether that ends an outage."""
        was_out = bool(self._told)
        if was_out:
            self._told = ""
            self._backoff.reset()
            _log.info("the outbox %s takes detections again", self._path)
        return was_out
