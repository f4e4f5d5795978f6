"""The outbox's file: opened, set aside when damaged, begun anew when it was removed."""

import errno
import logging
import sqlite3
from pathlib import Path

from soundpost.errors import ConfigError
from soundpost.health import Health
from soundpost.publish.outbox.database import file_id_at, log_path
from soundpost.publish.outbox.faults.foreign_file import require_own_file
from soundpost.publish.outbox.faults.high_water_mark import HighWaterMark, mark_path
from soundpost.publish.outbox.faults.recovery import replace_damaged
from soundpost.publish.outbox.storage import OutboxStorage
from soundpost.publish.outbox.store import Store
from soundpost.sqlite.damage import DamagedFileError

FAULTS = (OSError, sqlite3.Error, DamagedFileError)
"""The errors of a disk; anything else is a bug."""
_ROWS_AT_ONCE = 1_000
"""Rows that are copied in one transaction."""

_log = logging.getLogger("soundpost.publish")


class MovedFile(OSError):  # noqa: N818 - a finding, always caught in this package
    """The file was removed or replaced while it was open, and cannot be opened anew now."""


class StoreFile:
    """The outbox's file and the high-water mark beside it.

    Args:
        path: The outbox's file.
        health: The counter of faults.

    Attributes:
        store: The open file; None while it cannot be used.
        mark: The high-water mark.
    """

    def __init__(self, path: Path, health: Health) -> None:
        self._path = path
        self._health = health
        self.store: Store | None = None
        self.mark = HighWaterMark(mark_path(path))

    @property
    def opened(self) -> Store:
        """The open file."""
        if self.store is None:
            raise RuntimeError("the outbox's file is used before it is opened")
        return self.store

    def open(self, last_seq: int | None) -> None:
        """Opens the file; a damaged one is set aside, and its readable rows are taken over.

        Args:
            last_seq: The last number that was given to a message; None at the start of a run.

        Raises:
            ConfigError: It is the file of another program.
            OSError, sqlite3.Error: It cannot be used now.
        """
        try:
            require_own_file(self._path)
            store = Store(self._path)
        except DamagedFileError as damage:
            self.set_aside(damage, last_seq or 0)
            return
        if last_seq is not None and store.last_seq > last_seq:
            store.close()
            reason = "its numbers are later than those of this run: the next start uses it"
            raise OSError(errno.EEXIST, reason)
        self.store = store

    def set_aside(self, damage: DamagedFileError, last_seq: int) -> None:
        """Begins a new file in place of a damaged one.

        Args:
            damage: The finding.
            last_seq: The last number that was given to a message.

        Raises:
            OSError, sqlite3.Error: It cannot be used now.
        """
        self.close()
        # The rows that cannot be read had numbers too, perhaps higher than all that can be read.
        self.mark.raise_above(last_seq, has_unsaved_numbers=True)
        try:
            self.store = replace_damaged(self._path, damage)
        except DamagedFileError as again:
            raise OSError(errno.EIO, f"a new file is damaged at once: {again}") from again
        self._health.outbox_faults += 1

    def open_anew(self, last_seq: int) -> bool:
        """Opens the file if it is closed, or if another one, or none, has its path.

        Args:
            last_seq: The last number that was given to a message.

        Returns:
            True if it was opened.

        Raises:
            ConfigError: It is the file of another program.
            OSError, sqlite3.Error: It cannot be used now.
        """
        if self.store is None:
            self.open(last_seq)
            return True
        if was_moved := file_id_at(self._path) != self.store.file_id:
            self._reopen(last_seq)
        return was_moved

    def _reopen(self, last_seq: int) -> None:
        """Begins a new file in place of one that was moved, with the rows of the old one.

        The old one stays open until then; its rows can be read although it has no name.
        """
        old, self.store = self.opened, None
        try:
            require_own_file(self._path, has_mark=False)
            if old.log_id is not None and file_id_at(log := log_path(self._path)) == old.log_id:
                log.unlink()  # SQLite would add its rows to the other file; `old` has it open
            self.open(last_seq)
            count = _copy(old, self.opened)
            self.mark = HighWaterMark(self.mark.path)  # its file may be gone, too
            self.mark.raise_above(last_seq, has_unsaved_numbers=True)
        except (*FAULTS, ConfigError) as error:
            self.close()
            self.store = old
            raise MovedFile(errno.ESTALE, f"it was removed or replaced: {error}") from error
        old.close()
        self._health.outbox_faults += 1
        _log.error(
            "the outbox %s was removed or replaced while in use: a new one begins with the %d "
            "detections of the old one (leave it where it is while soundpost runs)",
            self._path,
            count,
        )

    def replace(self, damage: DamagedFileError, storage: OutboxStorage) -> None:
        """Begins a new file in place of the open one; memory and its readable rows go into it.

        Args:
            damage: The finding.
            storage: Has the messages in memory; counts those that are lost.

        Raises:
            OSError, sqlite3.Error, DamagedFileError: There is no new file now.
        """
        removable, in_memory = storage.pending().removed, storage.stored_in_memory()
        expected, count = self.opened.count - len(removable), len(in_memory)
        try:
            self.set_aside(damage, storage.last_seq)
            self.opened.write(in_memory, removable)
            count = self.opened.count
            storage.written((), removable, count)
            storage.start(count)
        finally:
            if lost := max(0, expected - count):
                storage.count_lost(lost)
                _log.error("%d detections are lost with it", lost)

    def close(self) -> None:
        """Closes the file."""
        if self.store is not None:
            self.store.close()
            self.store = None


def _copy(old: Store, new: Store) -> int:
    """Copies all undamaged rows; returns how many there were."""
    count, seq, is_complete = 0, 0, False
    while not is_complete:
        records, damaged = old.read_after(seq, _ROWS_AT_ONCE)
        new.write(records, ())
        count += len(records)
        seq = max([seq, *damaged, *(record.seq for record in records)])
        is_complete = not records and not damaged
    return count
