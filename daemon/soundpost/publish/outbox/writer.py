"""Writes the outbox to its file, in a thread of its own, through every failure of the disk."""

import logging
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from soundpost.health import Health
from soundpost.publish.errors import in_use
from soundpost.publish.outbox.disk_outage import DiskOutage
from soundpost.publish.outbox.high_water_mark import HighWaterMark
from soundpost.publish.outbox.recovery import replace_damaged
from soundpost.publish.outbox.storage import MOST_IN_MEMORY, OutboxStorage
from soundpost.publish.outbox.store import DamagedFile, Store, has_code
from soundpost.system.log_once import LogOnce

FULL = "the outbox is full: the oldest detections are dropped, and counted"
_WAIT_SECONDS = 1.0
"""Acknowledged rows are removed from the file within this time."""
_DROPPED_AT_ONCE = 100
"""Rows that are dropped in one transaction, so that a full budget costs few of them."""
_FREE_BYTES = 1 << 20
"""Free pages of the file up to this size stay for the next messages; more go back to the disk."""
_FAULTS = (OSError, sqlite3.Error, DamagedFile)
Wake = Callable[[], None]
_log = logging.getLogger("soundpost.publish")


class OutboxWriter:
    """Stores messages before they are sent, and removes those that the broker has acknowledged.

    The file is opened at once, so that numbers continue from its last one. `run` is the thread. A
    damaged file is set aside, and a new one begins with its readable rows. While the disk refuses
    writes, messages are sent from memory, and the file is retried.

    Args:
        path: The outbox's file.
        budget_bytes: The most that the rows may take; beyond it the oldest are dropped.
        storage: The writer's side of the outbox.
        health: The counters of faults.
        wake: Called when the outbox may have something to send.

    Raises:
        PublishError: Another process uses the file.
    """

    def __init__(
        self, path: Path, budget_bytes: int, storage: OutboxStorage, health: Health, wake: Wake
    ) -> None:
        self._path = path
        self._budget_bytes = budget_bytes
        self._storage = storage
        self._health = health
        self._wake = wake
        self._mark = HighWaterMark(path.with_name(path.name + ".mark"))
        self._store: Store | None = None
        self._outage = DiskOutage(path, health)
        self._overflow_log = LogOnce(_log)
        self._closing = threading.Event()
        self._begin()

    def run(self) -> None:
        """Writes until `begin_closing`; then writes what is left, and closes the file."""
        is_last = False
        with closing(self):
            while not is_last:
                self._storage.has_work.wait(_WAIT_SECONDS)
                self._storage.has_work.clear()
                is_last = self._closing.is_set()
                self.write_pending(is_last=is_last)

    def close(self) -> None:
        """Closes the file."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def begin_closing(self) -> None:
        """Makes `run` write what is left, and return."""
        self._closing.set()
        self._storage.has_work.set()

    def write_pending(self, *, is_last: bool = False) -> None:
        """Writes what is pending and reads what is needed; in an outage only when due."""
        if self._outage.may_retry or is_last:
            try:
                if self._store is None:
                    self._open()
                self._write()
                self._enforce_budget()
            except DamagedFile as damage:
                self._replace(damage)
            except _FAULTS as error:
                self._suspend(error)
            else:
                if self._store is not None and self._outage.end():
                    self._storage.resume(self._opened.count)
        self._read()

    def _begin(self) -> None:
        try:
            self._mark.read()
            self._open()
        except _FAULTS as error:
            if has_code(error, sqlite3.SQLITE_BUSY):
                raise in_use(self._path) from error
            self._suspend(error)
        stored_seq = self._store.last_seq if self._store else 0
        self._storage.continue_after(self._mark.last_seq(stored_seq))

    def _open(self) -> None:
        try:
            self._store = Store(self._path)
        except DamagedFile as damage:
            self._set_aside(damage)
        self._storage.start(self._opened.count)

    @property
    def _opened(self) -> Store:
        if self._store is None:
            raise RuntimeError("the outbox's file is used before it is opened")
        return self._store

    def _write(self) -> None:
        last_seq = self._storage.last_seq
        records, removed = self._storage.pending()
        self._mark.raise_above(last_seq, has_unsaved_numbers=self._mark.has_unsaved_numbers)
        if records or removed:
            self._opened.write(records, removed)
            self._storage.written(records, removed, self._opened.count)
        elif self._opened.free_bytes > _FREE_BYTES:
            self._opened.shrink()
        if self._opened.last_seq < last_seq:
            self._opened.advance(last_seq)
        self._mark.raise_above(last_seq, has_unsaved_numbers=False)

    def _enforce_budget(self) -> None:
        dropped = 0
        while self._opened.used_bytes > self._budget_bytes:
            self._read()
            if self._store is None:  # reading failed, so the file is closed until the disk recovers
                return
            if not (count := self._storage.drop_oldest(_DROPPED_AT_ONCE)):
                break
            dropped += count
            _, removed = self._storage.pending()
            self._opened.write((), removed)
            self._storage.written((), removed, self._opened.count)
        self._overflow_log.fail(FULL) if dropped else self._overflow_log.recover()

    def _read(self) -> None:
        """Reads the next messages if few wait in memory, and wakes the client."""
        try:
            while self._store is not None and self._storage.needs_more():
                records, damaged = self._store.read_after(self._storage.read_seq, MOST_IN_MEMORY)
                has_more = len(records) + len(damaged) == MOST_IN_MEMORY
                self._storage.load(records, damaged, has_more=has_more)
                if count := len(damaged):
                    self._health.outbox_faults += 1
                    _log.error("%d detections in %s are damaged, and lost", count, self._path)
        except DamagedFile as damage:
            self._replace(damage)
        except _FAULTS as error:
            self._suspend(error)
        self._wake()

    def _replace(self, damage: DamagedFile) -> None:
        """Begins a new file in place of a damaged one; memory and its readable rows go into it."""
        _, removable = self._storage.pending()
        expected = self._opened.count - len(removable)
        self.close()
        try:
            self._set_aside(damage)
            self._opened.write(self._storage.stored_in_memory(), removable)
        except _FAULTS as error:
            self._suspend(error)
            return
        self._storage.written((), removable, self._opened.count)
        self._storage.start(self._opened.count)
        if lost := max(0, expected - self._opened.count):
            self._storage.count_lost(lost)
            _log.error("%d detections are lost with it", lost)

    def _set_aside(self, damage: DamagedFile) -> None:
        # The rows that cannot be read had numbers too, perhaps higher than all that can be read.
        self._mark.raise_above(self._storage.last_seq, has_unsaved_numbers=True)
        self._store = replace_damaged(self._path, damage)
        self._health.outbox_faults += 1

    def _suspend(self, error: Exception) -> None:
        """Sends from memory until the disk takes messages again."""
        is_full = has_code(error, sqlite3.SQLITE_FULL)
        if not is_full:
            self.close()  # a disk that went and came back must be opened anew
        self._storage.suspend(is_readable=is_full)
        self._outage.record(error)
        with suppress(OSError):  # the same disk; numbers then begin lower after a restart
            self._mark.raise_above(self._storage.last_seq, has_unsaved_numbers=True)
