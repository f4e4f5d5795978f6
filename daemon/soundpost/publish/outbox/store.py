"""The outbox's file: SQLite, in which a commit is on the disk before it is believed."""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from soundpost.publish.outbox.record import LARGEST_SEQ, OutboxRecord, row_of, whole_entries

APPLICATION_ID = 0x736F6E64  # "sond"
_VERSION = 1
_FILE_MODE = 0o640
_LOCK_SECONDS = 1.0
_PAGES_FREED_AT_ONCE = 256

# FULL: a commit survives a power cut, not only a crash, for one fsync each; messages that are told
# together share it. EXCLUSIVE: no second soundpost shares the file, and no -shm file is needed.
_SETTINGS = (
    "PRAGMA locking_mode = EXCLUSIVE",
    "PRAGMA auto_vacuum = INCREMENTAL",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA wal_autocheckpoint = 256",
    "PRAGMA journal_size_limit = 1048576",
)
# AUTOINCREMENT remembers the highest number for ever, in the transaction that brings it.
_TABLE = """
CREATE TABLE IF NOT EXISTS detections (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  told_at_seconds REAL NOT NULL,
  crc32 INTEGER NOT NULL,
  payload BLOB NOT NULL
)"""
_INSERT = "INSERT OR IGNORE INTO detections VALUES (?, ?, ?, ?)"
SELECT = "SELECT seq, told_at_seconds, crc32, payload FROM detections"


class DamagedFile(Exception):  # noqa: N818 - what is found, caught in this room; nobody is shown it
    """The file is not the outbox that was written."""


class Store:
    """The rows that the broker has not acknowledged yet, in the order of their numbers.

    One thread uses it at a time.

    Args:
        path: The file; made if it is not there.

    Attributes:
        last_seq: The highest number that ever was in it.
        count: How many rows it holds.

    Raises:
        Damage: On opening and reading, when what is there is not what was written.
        sqlite3.Error: The file cannot be used now: disk full, read-only, in use.
        OSError: It cannot be made.
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
        """How much of the disk the rows take."""
        pages = self._number("PRAGMA page_count") - self._number("PRAGMA freelist_count")
        return pages * self._page_bytes

    @property
    def free_bytes(self) -> int:
        """How much of the disk it takes for nothing, until `shrink`."""
        return self._number("PRAGMA freelist_count") * self._page_bytes

    def write(self, saved: Iterable[OutboxRecord], removed: Iterable[int]) -> None:
        """Take rows in and let others go, all of it or nothing; returns when the disk has it."""
        with self._transaction():
            before = self._database.total_changes
            self._database.executemany(_INSERT, map(row_of, saved))
            added = self._database.total_changes - before
            self._database.executemany(
                "DELETE FROM detections WHERE seq = ?", ((seq,) for seq in removed)
            )
            gone = self._database.total_changes - before - added
        self.count += added - gone
        self.last_seq = self._number("SELECT max(seq) FROM sqlite_sequence")

    def advance(self, seq: int) -> None:
        """Remember that numbers up to this one, higher than `last_seq`, were told without it."""
        with self._transaction():
            self._database.execute(_INSERT, (seq, 0.0, 0, b""))
            self._database.execute("DELETE FROM detections WHERE seq = ?", (seq,))
        self.last_seq = seq

    def shrink(self) -> None:
        """Give some of the pages that are free back to the disk."""
        with _telling_damage():
            # `execute` would free a single page: it takes one step of a statement without rows.
            self._database.executescript(f"PRAGMA incremental_vacuum({_PAGES_FREED_AT_ONCE})")

    def read_after(self, seq: int, limit: int) -> tuple[list[OutboxRecord], list[int]]:
        """The next rows after a number, and the numbers of those among them that are damaged."""
        with _telling_damage():
            query = f"{SELECT} WHERE seq > ? ORDER BY seq LIMIT ?"
            rows = self._database.execute(query, (seq, limit)).fetchall()
        entries = list(whole_entries(rows))
        return entries, sorted({row[0] for row in rows} - {entry.seq for entry in entries})

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def _verify(self) -> None:
        with _telling_damage():
            # Before anything is changed: whose file is it, and is it whole?
            is_new = not self._number("SELECT count(*) FROM sqlite_schema")
            if not is_new and self._number("PRAGMA application_id") != APPLICATION_ID:
                raise DamagedFile("it is a database of something else")
            if not is_new and self._number("PRAGMA user_version") != _VERSION:
                raise DamagedFile("it is of another version")
            for setting in _SETTINGS:
                self._database.execute(setting).fetchall()
            answer = self._database.execute("PRAGMA quick_check(1)").fetchone()[0]
            if answer != "ok":
                raise DamagedFile(answer)
            with self._transaction():
                self._database.execute(_TABLE)
                self._database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                self._database.execute(f"PRAGMA user_version = {_VERSION}")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with _telling_damage():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:  # SQLite ends some by itself: disk full, say
                    self._database.execute("ROLLBACK")
                raise

    def _find_last_seq(self) -> int:
        # SQLite's own check knows nothing of what stands in its table of numbers.
        last_seq = max(
            self._number("SELECT max(seq) FROM sqlite_sequence"),
            self._number("SELECT max(seq) FROM detections"),
        )
        if last_seq > LARGEST_SEQ:
            raise DamagedFile(f"a message has number {last_seq}")
        return last_seq

    def _number(self, query: str) -> int:
        with _telling_damage():
            (number,) = self._database.execute(query).fetchone()
        if not isinstance(number, int | None):
            raise DamagedFile(f"expected a number, got {type(number).__name__}")
        return number or 0


def connect(path: Path) -> sqlite3.Connection:
    """A connection for any thread, one at a time, in which no transaction begins by itself."""
    return sqlite3.connect(
        path, timeout=_LOCK_SECONDS, isolation_level=None, check_same_thread=False
    )


@contextmanager
def _telling_damage() -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            raise DamagedFile(str(error)) from error
        raise
    except UnicodeDecodeError as error:  # SQLite quotes what it found, and Python cannot read it
        raise DamagedFile("its schema is garbled") from error


def is_damage(error: sqlite3.Error) -> bool:
    """Whether it is the file that is broken, and not the disk that will not have it now."""
    return has_code(error, sqlite3.SQLITE_CORRUPT) or has_code(error, sqlite3.SQLITE_NOTADB)


def has_code(error: Exception, code: int) -> bool:
    """Whether SQLite gave this reason, or one that narrows it down."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == code
