"""The outbox's file: an SQLite database whose commits are on the disk when they return."""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from soundpost.publish.outbox.record import LARGEST_SEQ, OutboxRecord, row_of, undamaged_records

APPLICATION_ID = 0x736F6E64  # "sond"
_VERSION = 1
_FILE_MODE = 0o640
_LOCK_SECONDS = 1.0
"""A daemon that stops lets go of the file within this time; a longer lock is a second daemon."""
_PAGES_FREED_AT_ONCE = 256
"""1 MiB in pages of 4 KiB: a short transaction, even on a slow SD card."""

# FULL: a commit survives a power cut, not only a crash, for one fsync each; messages that are
# stored together share it. EXCLUSIVE: no second soundpost uses the file; no -shm file is needed.
_SETTINGS = (
    "PRAGMA locking_mode = EXCLUSIVE",
    "PRAGMA auto_vacuum = INCREMENTAL",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA wal_autocheckpoint = 256",
    "PRAGMA journal_size_limit = 1048576",
)
# AUTOINCREMENT remembers the highest number for ever, in the transaction that inserts it.
_TABLE = """
CREATE TABLE IF NOT EXISTS detections (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  told_at_seconds REAL NOT NULL,
  crc32 INTEGER NOT NULL,
  payload BLOB NOT NULL
)"""
_INSERT = "INSERT OR IGNORE INTO detections VALUES (?, ?, ?, ?)"
SELECT = "SELECT seq, told_at_seconds, crc32, payload FROM detections"


class DamagedFile(Exception):  # noqa: N818 - a finding, always caught in this package
    """Raised when the file does not hold what was written to it."""


class Store:
    """The rows that the broker has not acknowledged yet, in the order of their numbers.

    Only one thread may use it at a time.

    Args:
        path: The file; created if it is missing.

    Attributes:
        last_seq: The highest number that was ever stored in it.
        count: The number of rows.

    Raises:
        DamagedFile: On opening and reading, if the content is not what was written.
        sqlite3.Error: The file cannot be used now: disk full, read-only, in use.
        OSError: It cannot be created.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, _FILE_MODE))
        self._database = connect(path)
        try:
            self._verify()
            self.last_seq = self._find_last_seq()
            self.count = self._number("SELECT count(*) FROM detections")
        except BaseException:
            self._database.close()
            raise
        self._page_bytes = self._number("PRAGMA page_size")

    @property
    def used_bytes(self) -> int:
        """The size of the pages with rows."""
        pages = self._number("PRAGMA page_count") - self._number("PRAGMA freelist_count")
        return pages * self._page_bytes

    @property
    def free_bytes(self) -> int:
        """The size of the free pages, which `shrink` gives back to the disk."""
        return self._number("PRAGMA freelist_count") * self._page_bytes

    def write(self, saved: Iterable[OutboxRecord], removed: Iterable[int]) -> None:
        """Inserts and deletes rows in one transaction; returns when it is on the disk."""
        with self._transaction():
            before = self._database.total_changes
            self._database.executemany(_INSERT, map(row_of, saved))
            added = self._database.total_changes - before
            self._database.executemany(
                "DELETE FROM detections WHERE seq = ?", ((seq,) for seq in removed)
            )
            deleted = self._database.total_changes - before - added
            last_seq = self._number("SELECT max(seq) FROM sqlite_sequence")
        self.count += added - deleted
        self.last_seq = last_seq

    def advance(self, seq: int) -> None:
        """Raises `last_seq` to a number that was given to a message that is not stored here."""
        with self._transaction():
            self._database.execute(_INSERT, (seq, 0.0, 0, b""))
            self._database.execute("DELETE FROM detections WHERE seq = ?", (seq,))
        self.last_seq = seq

    def shrink(self) -> None:
        """Gives some free pages back to the disk."""
        with _detecting_damage():
            # `execute` would free only one page: it makes one step of a statement without rows.
            self._database.executescript(f"PRAGMA incremental_vacuum({_PAGES_FREED_AT_ONCE})")

    def read_after(self, seq: int, limit: int) -> tuple[list[OutboxRecord], list[int]]:
        """Returns the next rows after a number, and the numbers of damaged rows among them."""
        with _detecting_damage():
            query = f"{SELECT} WHERE seq > ? ORDER BY seq LIMIT ?"
            rows = self._database.execute(query, (seq, limit)).fetchall()
        records = list(undamaged_records(rows))
        return records, sorted({row[0] for row in rows} - {record.seq for record in records})

    def close(self) -> None:
        """Closes the file."""
        self._database.close()

    def _verify(self) -> None:
        with _detecting_damage():
            # Before anything is changed: verify that it is an outbox, and undamaged.
            is_new = not self._number("SELECT count(*) FROM sqlite_schema")
            if not is_new and self._number("PRAGMA application_id") != APPLICATION_ID:
                raise DamagedFile("it is a database of another program")
            if not is_new and self._number("PRAGMA user_version") != _VERSION:
                raise DamagedFile("it is of another version")
            for setting in _SETTINGS:
                self._database.execute(setting).fetchall()
            result = self._database.execute("PRAGMA quick_check(1)").fetchone()[0]
            if result != "ok":
                raise DamagedFile(result)
            with self._transaction():
                self._database.execute(_TABLE)
                self._database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                self._database.execute(f"PRAGMA user_version = {_VERSION}")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with _detecting_damage():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:  # SQLite ends some by itself, as on a full disk
                    self._database.execute("ROLLBACK")
                raise

    def _find_last_seq(self) -> int:
        # SQLite's quick_check does not verify the content of its table of numbers.
        last_seq = max(
            self._number("SELECT max(seq) FROM sqlite_sequence"),
            self._number("SELECT max(seq) FROM detections"),
        )
        if last_seq > LARGEST_SEQ:
            raise DamagedFile(f"a message has number {last_seq}")
        return last_seq

    def _number(self, query: str) -> int:
        with _detecting_damage():
            (number,) = self._database.execute(query).fetchone()
        if not isinstance(number, int | None):
            raise DamagedFile(f"expected a number, got {type(number).__name__}")
        return number or 0


def connect(path: Path) -> sqlite3.Connection:
    """Opens a connection for any thread, one at a time, without implicit transactions."""
    return sqlite3.connect(
        path, timeout=_LOCK_SECONDS, isolation_level=None, check_same_thread=False
    )


@contextmanager
def _detecting_damage() -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            raise DamagedFile(str(error)) from error
        raise
    except UnicodeDecodeError as error:  # SQLite quotes the schema in its message
        raise DamagedFile("its schema is garbled") from error


def is_damage(error: sqlite3.Error) -> bool:
    """Returns whether the file is broken, as opposed to a disk that refuses writes for now."""
    return has_code(error, sqlite3.SQLITE_CORRUPT) or has_code(error, sqlite3.SQLITE_NOTADB)


def has_code(error: Exception, code: int) -> bool:
    """Returns whether an error has this primary result code of SQLite."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == code
