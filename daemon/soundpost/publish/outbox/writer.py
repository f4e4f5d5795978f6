"""Writes the outbox to its file, in a thread of its own, through every failure of the disk."""

import logging
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from soundpost.errors import ConfigError
from soundpost.health import Health
from soundpost.mqtt.errors import in_use
from soundpost.publish.outbox.faults.disk_outage import DiskOutage
from soundpost.publish.outbox.faults.full_disk import write_what_fits
from soundpost.publish.outbox.storage import MOST_IN_MEMORY, OutboxStorage
from soundpost.publish.outbox.store_file import FAULTS, MovedFile, StoreFile
from soundpost.publish.retained.topics import RetainedTopics
from soundpost.sqlite.damage import DamagedFileError, has_code
from soundpost.system.log_once import LogOnce

FULL = "the outbox is full: the oldest detections are dropped, and counted"
_WAIT_SECONDS = 1.0
"""Acknowledged rows are removed from the file within this time."""
_DROPPED_AT_ONCE = 100
"""Rows that are dropped in one transaction, so that a full budget costs few."""
_ENOUGH_SPACE = 0.9
"""An overflow is over below this share of the budget: at its limit it would begin anew at once."""
_FREE_BYTES = 1 << 20
"""Free pages of the file up to this size stay for the next messages; more go back to the disk."""
_log = logging.getLogger("soundpost.publish")


class OutboxWriter:
    """Stores messages before they are sent, and removes those that the broker has acknowledged.

    The file is opened at once, so that numbers continue from its last one. `run` is the thread.
    While the disk refuses writes, messages are sent from memory, and the file is retried.

    Args:
        path: The outbox's file.
        budget_bytes: The most that the rows may take; beyond it the oldest are dropped.
        storage: The writer's side of the outbox.
        health: The counters of faults.
        wake: Called when the outbox may have something to send.
        topics: The node's retained topics, kept for the next run.

    Raises:
        ConfigError: The file is not an outbox.
        PublishError: Another process uses the file.
    """

    def __init__(
        self,
        path: Path,
        budget_bytes: int,
        storage: OutboxStorage,
        health: Health,
        wake: Callable[[], None],
        topics: RetainedTopics | None = None,
    ) -> None:
        self._path = path
        self._budget_bytes = budget_bytes
        self._storage = storage
        self._health = health
        self._wake = wake
        self._topics = topics or RetainedTopics()
        self._file = StoreFile(path, health)
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
        self._file.close()

    def begin_closing(self) -> None:
        """Makes `run` write what is left, and return."""
        self._closing.set()
        self._storage.has_work.set()

    def write_pending(self, *, is_last: bool = False) -> None:
        """Writes what is pending and reads what is needed; in an outage only when due."""
        is_written = (self._outage.may_retry or is_last) and self._try_to_write()
        is_read = self._read()
        if is_written and is_read and self._outage.end() and self._file.store is not None:
            self._storage.resume(self._file.store.count)
            self._read()

    def _try_to_write(self) -> bool:
        """Opens the file if necessary, and writes; returns whether it succeeded."""
        try:
            if self._file.open_anew(self._storage.last_seq):
                self._start()
            self._write()
            self._enforce_budget()
        except DamagedFileError as damage:
            return self._replace(damage)
        except (*FAULTS, ConfigError) as error:
            self._suspend(error)
            return False
        return self._file.store is not None

    def _begin(self) -> None:
        with suppress(OSError):  # the first write to it fails too, and is logged
            self._file.mark.read()
        try:
            self._file.open(None)
        except FAULTS as error:
            if has_code(error, sqlite3.SQLITE_BUSY):
                raise in_use(self._path) from error
            self._suspend(error)
        store = self._file.store
        self._storage.continue_after(self._file.mark.last_seq(store.last_seq if store else 0))
        if store is not None:
            self._start()

    def _start(self) -> None:
        store = self._file.opened
        self._storage.start(store.count)
        self._storage.recover(store.open_events.left_open)
        self._topics.recover(store.retained_topics)

    def _write(self) -> None:
        last_seq, pending = self._storage.last_seq, self._storage.pending()
        store, mark = self._file.opened, self._file.mark
        mark.raise_above(last_seq, has_unsaved_numbers=mark.has_unsaved_numbers)
        if pending.records or pending.removed or store.open_events.is_due(pending.open_events):
            write_what_fits(store, pending, self._storage)
        elif store.free_bytes > _FREE_BYTES:
            store.shrink()
        if (topics := self._topics.to_store()) != store.retained_topics:
            store.write_retained_topics(topics)
        if store.last_seq < last_seq:
            store.advance(last_seq)
        mark.raise_above(last_seq, has_unsaved_numbers=False)

    def _enforce_budget(self) -> None:
        dropped = 0
        while self._file.opened.used_bytes > self._budget_bytes:
            self._read()
            if (store := self._file.store) is None:  # reading failed: closed until it can be read
                return
            if not (count := self._storage.drop_oldest(_DROPPED_AT_ONCE)):
                break
            dropped += count
            removed = self._storage.pending().removed
            store.write((), removed)
            self._storage.written((), removed, store.count)
        if dropped:
            self._overflow_log.fail(FULL)
        elif self._file.opened.used_bytes < _ENOUGH_SPACE * self._budget_bytes:
            self._overflow_log.recover()

    def _read(self) -> bool:
        """Reads the next messages if few wait, and wakes the client; returns False if it fails."""
        is_read = True
        try:
            while (store := self._file.store) is not None and self._storage.needs_more():
                records, damaged = store.read_after(self._storage.read_seq, MOST_IN_MEMORY)
                has_more = len(records) + len(damaged) == MOST_IN_MEMORY
                self._storage.load(records, damaged, has_more=has_more)
                if count := len(damaged):
                    self._health.outbox_faults += 1
                    _log.error("%d detections in %s are damaged, and lost", count, self._path)
        except DamagedFileError as damage:
            is_read = self._replace(damage)
        except FAULTS as error:
            self._suspend(error)
            is_read = False
        self._wake()
        return is_read

    def _replace(self, damage: DamagedFileError) -> bool:
        """Begins a new file in place of a damaged one; returns False if there is none now."""
        try:
            self._file.replace(damage, self._storage)
        except FAULTS as error:
            self._suspend(error)
        return self._file.store is not None

    def _suspend(self, error: Exception) -> None:
        """Sends from memory until the disk takes messages again."""
        is_readable = has_code(error, sqlite3.SQLITE_FULL) or isinstance(error, MovedFile)
        if not is_readable:
            self._file.close()  # a disk that went and came back must be opened anew
        self._storage.suspend(is_readable=is_readable and self._file.store is not None)
        self._outage.record(error)
        with suppress(OSError):  # the same disk; numbers then begin lower after a restart
            self._file.mark.raise_above(self._storage.last_seq, has_unsaved_numbers=True)
