"""The SQLite database of the outbox: schema, settings, and errors that mean damage."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from soundpost.sqlite.damage import DamagedFileError, detecting_damage
from soundpost.sqlite.transaction import transaction

APPLICATION_ID = 0x736F6E64  # "sond"
_VERSION = 1
_FILE_MODE = 0o640
_LOCK_SECONDS = 1.0
"""A daemon that stops lets go of the file within this time; a longer lock is a second daemon."""

# EXCLUSIVE: no second soundpost uses the file; no -shm file is needed, for which a full disk has no
# space, if it is set before the first query.
_LOCKING = "PRAGMA locking_mode = EXCLUSIVE"
_FREEING = "PRAGMA auto_vacuum = INCREMENTAL"  # of a new file only: SQLite writes for it
# FULL: a commit survives a power cut, not only a crash, for one fsync each; messages that are
# stored together share it.
_SETTINGS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA wal_autocheckpoint = 256",
    "PRAGMA journal_size_limit = 1048576",
)
# AUTOINCREMENT remembers the highest number for ever, in the transaction that inserts it. Files of
# earlier releases lack the other two tables, and earlier releases ignore them: the version stays.
_TABLES = (
    """
CREATE TABLE IF NOT EXISTS detections (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  told_at_seconds REAL NOT NULL,
  crc32 INTEGER NOT NULL,
  payload BLOB NOT NULL
)""",
    """
CREATE TABLE IF NOT EXISTS open_events (
  seq INTEGER PRIMARY KEY,
  seen_utc_ns INTEGER NOT NULL,
  crc32 INTEGER NOT NULL,
  payload BLOB NOT NULL
)""",
    "CREATE TABLE IF NOT EXISTS retained_topics (topic TEXT PRIMARY KEY)",
)

_NUMBERED = ("detections", "open_events")
"""The tables whose rows have the number of a message as their key."""


class Database:
    """A connection to the database, which is created if it is missing.

    An existing file is not written to on opening, so that a full disk does not keep it from being
    read: tables that an earlier release did not have are created with the first write.

    Args:
        path: The file.

    Attributes:
        connection: The connection.
        file_id: The device and the inode of the file.
        log_id: Those of its log (WAL); None if it has none yet.

    Raises:
        DamagedFileError: The content is not what was written.
        sqlite3.Error: The file cannot be used now: disk full, read-only, in use.
        OSError: It cannot be created.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, _FILE_MODE)
        self.file_id = file_id(os.fstat(handle))
        os.close(handle)
        self.connection = connect(path)
        self._lacks_tables = False
        try:
            self._verify()
            self.log_id = file_id_at(log_path(path))
        except BaseException:
            self.connection.close()
            raise

    def has_table(self, name: str) -> bool:
        """Returns whether a table exists."""
        query = f"SELECT count(*) FROM sqlite_schema WHERE name = '{name}'"  # noqa: S608 - a name of ours
        return bool(self.number(query))

    def number(self, query: str) -> int:
        """Returns the number that a query gives; 0 for NULL."""
        with detecting_damage():
            (number,) = self.connection.execute(query).fetchone()
        if not isinstance(number, int | None):
            raise DamagedFileError(f"expected a number, got {type(number).__name__}")
        return number or 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commits what is done in the context, or nothing of it; returns when it is on the disk."""
        with detecting_damage(), transaction(self.connection):
            if self._lacks_tables:
                self._create_tables()
            yield
        self._lacks_tables = False

    def _verify(self) -> None:
        with detecting_damage():
            self.connection.execute(_LOCKING).fetchall()
            # Before anything is changed: verify that it is an outbox, and undamaged.
            is_new = not self.number("SELECT count(*) FROM sqlite_schema")
            if not is_new and self.number("PRAGMA application_id") != APPLICATION_ID:
                raise DamagedFileError("it is a database of another program")
            if not is_new and self.number("PRAGMA user_version") != _VERSION:
                raise DamagedFileError("it is of another version")
            for setting in (_FREEING, *_SETTINGS) if is_new else _SETTINGS:
                self.connection.execute(setting).fetchall()
            result = self.connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if result != "ok":
                raise DamagedFileError(result)
        for table in filter(self.has_table, _NUMBERED):
            # quick_check accepts a schema that lost it; then rows without a number are possible.
            key = f"pragma_table_info('{table}') WHERE name = 'seq' AND type = 'INTEGER' AND pk = 1"
            if not self.number(f"SELECT count(*) FROM {key}"):  # noqa: S608 - a name of ours
                raise DamagedFileError(f"the table {table} has no numbers as its key")
        self._lacks_tables = not self.has_table("retained_topics")
        if not self.has_table("detections"):
            with self.transaction():
                pass  # creates the tables

    def _create_tables(self) -> None:
        for table in _TABLES:
            self.connection.execute(table)
        self.connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        self.connection.execute(f"PRAGMA user_version = {_VERSION}")


def log_path(path: Path) -> Path:
    """Returns the path of the log (WAL) of a database."""
    return path.with_name(path.name + "-wal")


def file_id(status: os.stat_result) -> tuple[int, int]:
    """Returns the device and the inode of a file, which identify it whatever its name."""
    return status.st_dev, status.st_ino


def file_id_at(path: Path) -> tuple[int, int] | None:
    """Returns the identity of the file at a path; None if there is none.

    Raises:
        OSError: That cannot be determined.
    """
    try:
        return file_id(path.stat())
    except (FileNotFoundError, NotADirectoryError):
        return None


def connect(path: Path) -> sqlite3.Connection:
    """Opens a connection for any thread, one at a time, without implicit transactions."""
    return sqlite3.connect(
        path, timeout=_LOCK_SECONDS, isolation_level=None, check_same_thread=False
    )
