"""Keeps the outbox's file, from a thread of its own, through every fault of the disk."""

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
from soundpost.publish.outbox.outbox import Outbox
from soundpost.publish.outbox.recovery import replace_damaged
from soundpost.publish.outbox.store import DamagedFile, Store, has_code

_PAGE = 200
"""So many entries are read of the file at once."""
_TURN_SECONDS = 1.0
"""What the broker has acknowledged is removed from the file within this time."""
_DROPPED_AT_ONCE = 100
_WASTE_BYTES = 1 << 20
FULL = "the outbox is full: the oldest detections are dropped, and counted"
_FAULTS = (OSError, sqlite3.Error, DamagedFile)
OnReady = Callable[[], None]
_log = logging.getLogger("soundpost.publish")


class OutboxWriter:
    """Writes down what is told, before it is sent, and strikes out what the broker has.

    The file is opened at once, so that the numbers go on from its last one. `run` is the thread.

    A damaged file is set aside and a new one begun, with what could be read of the old. While the
    disk takes nothing, messages are told from memory, and the disk is tried again.

    Args:
        path: The outbox's file.
        budget_bytes: What the rows may take; then the oldest are dropped.
        outbox: What is told, and what was acknowledged.
        health: Where faults are counted.
        on_ready: Called when the outbox may have something to send.

    Raises:
        PublishError: Another process has the file.
    """

    def __init__(
        self, path: Path, budget_bytes: int, outbox: Outbox, health: Health, on_ready: OnReady
    ) -> None:
        self._path = path
        self._budget_bytes = budget_bytes
        self._outbox = outbox
        self._health = health
        self._mark = HighWaterMark(path.with_name(path.name + ".mark"))
        self._store: Store | None = None
        self._read_seq = 0
        self._outage = DiskOutage(path, health)
        self._is_overflowing = False
        self._closing = threading.Event()
        self._on_ready = on_ready
        self._open_store()

    def run(self) -> None:
        """Keep the file until finished; what is left then is written first."""
        is_last = False
        with closing(self):
            while not is_last:
                self._outbox.has_work.wait(_TURN_SECONDS)
                self._outbox.has_work.clear()
                is_last = self._closing.is_set()
                self.write_pending(is_last=is_last)

    def close(self) -> None:
        """Let go of the file."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def begin_closing(self) -> None:
        """Make `run` write what is left, and return."""
        self._closing.set()
        self._outbox.has_work.set()

    def _open_store(self) -> None:
        try:
            self._mark.read()
            self._open()
        except _FAULTS as error:
            if has_code(error, sqlite3.SQLITE_BUSY):
                raise in_use(self._path) from error
            self._suspend(error)
        known = self._store.last_seq if self._store else 0
        self._outbox.begin_after(self._mark.last_seq(known))

    def write_pending(self, *, is_last: bool = False) -> None:
        """Do what there is to do now; a disk that takes nothing is asked again when it is time."""
        if self._outage.may_try or is_last:
            try:
                if self._store is None:
                    self._open()
                self._write()
                self._keep_to_budget()
            except DamagedFile as damage:
                self._replace(damage)
            except _FAULTS as error:
                self._suspend(error)
            else:
                if self._outage.end():
                    self._outbox.resume(self._opened.count)
        self._load()

    def _open(self) -> None:
        try:
            self._store = Store(self._path)
        except DamagedFile as damage:
            self._begin_anew(damage)
        self._read_seq = 0
        self._outbox.resume(self._opened.count)

    @property
    def _opened(self) -> Store:
        if self._store is None:
            raise RuntimeError("the outbox's file is used before it is opened")
        return self._store

    def _write(self) -> None:
        told_seq = self._outbox.last_seq
        entries, removed = self._outbox.to_write()
        self._mark.cover(told_seq, is_loose=self._mark.is_loose)
        if entries or removed:
            self._opened.write(entries, removed)
            self._outbox.written(entries, removed, self._opened.count)
        elif self._opened.free_bytes > _WASTE_BYTES:
            self._opened.shrink()
        if self._opened.last_seq < told_seq:
            self._opened.advance(told_seq)
        self._mark.cover(told_seq, is_loose=False)

    def _keep_to_budget(self) -> None:
        dropped = 0
        while self._opened.used_bytes > self._budget_bytes:
            self._load()
            if not (count := self._outbox.drop(_DROPPED_AT_ONCE)):
                break
            dropped += count
            _, removed = self._outbox.to_write()
            self._opened.write((), removed)
            self._outbox.written((), removed, self._opened.count)
        if dropped and not self._is_overflowing:
            _log.warning(FULL)
        self._is_overflowing = dropped > 0

    def _load(self) -> None:
        """Have the next entries at hand, and let the courier know."""
        try:
            while self._store is not None and self._outbox.wants_more():
                entries, lost = self._store.read_after(self._read_seq, _PAGE)
                self._read_seq = max([self._read_seq, *lost, *(entry.seq for entry in entries)])
                self._outbox.load(entries, has_more=len(entries) + len(lost) == _PAGE)
                if lost:
                    self._outbox.drop(0, lost)
                    self._health.outbox_faults += 1
                    _log.error("%d detections in %s are damaged, and lost", len(lost), self._path)
        except DamagedFile as damage:
            self._replace(damage)
        except _FAULTS as error:
            self._suspend(error)
        self._on_ready()

    def _replace(self, damage: DamagedFile) -> None:
        """The file broke under way: begin another, with what is in memory and what can be read."""
        _, settled = self._outbox.to_write()
        expected = self._opened.count - len(settled)
        self.close()
        try:
            self._begin_anew(damage)
            self._opened.write(self._outbox.loaded(), settled)
        except _FAULTS as error:
            self._suspend(error)
            return
        self._read_seq = 0
        self._outbox.written((), settled, self._opened.count)
        self._outbox.resume(self._opened.count)
        if lost := max(0, expected - self._opened.count):
            self._outbox.lose(lost)
            _log.error("%d detections are lost with it", lost)

    def _begin_anew(self, damage: DamagedFile) -> None:
        # What cannot be read any more was numbered too, perhaps higher than all that can.
        self._mark.cover(self._outbox.last_seq, is_loose=True)
        self._store = replace_damaged(self._path, damage)
        self._health.outbox_faults += 1

    def _suspend(self, error: Exception) -> None:
        """Tell from memory until the disk takes messages again."""
        is_full = has_code(error, sqlite3.SQLITE_FULL)
        if not is_full:
            self.close()  # a disk that went and came back needs to be opened anew
        self._outbox.suspend(is_readable=is_full)
        self._outage.record(error)
        with suppress(OSError):  # the same disk; the numbers then begin again lower
            self._mark.cover(self._outbox.last_seq, is_loose=True)
