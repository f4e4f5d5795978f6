"""The SQLite database of the history: its tables, its settings, and errors that mean damage."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from soundpost.sqlite.damage import DamagedFileError, detecting_damage

APPLICATION_ID = 0x736E6470  # "sndp"
VERSION = 1
SUFFIXES = ("", "-wal", "-shm")
"""Of the files that belong to the database."""
_FILE_MODE = 0o640
_LOCK_SECONDS = 2.0
_QUERY_STEPS = 100_000
"""Instructions of SQLite between two looks at the clock: some milliseconds."""

# FULL: what was acknowledged to the broker survives a power cut. Messages that arrive together
# share one fsync.
_SETTINGS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA journal_size_limit = 4194304",
    "PRAGMA cache_size = -4096",
)
TABLES = f"""
CREATE TABLE IF NOT EXISTS events (
  key INTEGER PRIMARY KEY,
  node TEXT NOT NULL,
  id TEXT NOT NULL,
  states INTEGER NOT NULL,
  rank INTEGER NOT NULL,
  label TEXT NOT NULL,
  common_name TEXT,
  scientific_name TEXT,
  score REAL NOT NULL,
  threshold REAL NOT NULL,
  at_ms INTEGER NOT NULL,
  onset_ms INTEGER NOT NULL,
  offset_ms INTEGER,
  clock TEXT NOT NULL,
  level_dbfs REAL NOT NULL,
  model TEXT NOT NULL,
  clip TEXT,
  backfilled INTEGER NOT NULL,
  UNIQUE (node, id)
);
CREATE INDEX IF NOT EXISTS events_by_time ON events (at_ms);
CREATE INDEX IF NOT EXISTS events_by_label ON events (label, at_ms, key, rank, score, node);
CREATE INDEX IF NOT EXISTS events_by_node ON events (node, at_ms);
CREATE TABLE IF NOT EXISTS numbers (
  node TEXT NOT NULL,
  series INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  first_ms INTEGER NOT NULL,
  last_ms INTEGER NOT NULL,
  PRIMARY KEY (node, series, first)
) WITHOUT ROWID;
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {VERSION};
"""
"""`events_by_label` has all that counts need, so that these read no row.

`numbers`: the stretches of numbers without a gap. A node that numbers from 1 again begins
another series."""


def open_writer(path: Path) -> sqlite3.Connection:
    """Opens the database to write, and creates it if it is missing.

    Raises:
        DamagedFileError: It is damaged, or the database of another program.
        sqlite3.Error: It cannot be used now: disk full, read-only, in use.
        OSError: It cannot be created.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, _FILE_MODE))
    connection = sqlite3.connect(
        path, timeout=_LOCK_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        with detecting_damage():
            _refuse_foreign(connection)
            # Space of removed rows is given back in slices (retention).
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            for setting in _SETTINGS:
                connection.execute(setting).fetchall()
            connection.executescript(TABLES)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def open_reader(path: Path, longest_seconds: float = 5.0) -> Iterator[sqlite3.Connection]:
    """Opens the database for one query of the page, which cannot change it.

    Args:
        path: The file.
        longest_seconds: A query that takes longer is interrupted (sqlite3.OperationalError).
    """
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_LOCK_SECONDS
    )
    deadline = time.monotonic() + longest_seconds
    connection.set_progress_handler(lambda: time.monotonic() > deadline, _QUERY_STEPS)
    connection.row_factory = sqlite3.Row
    try:
        yield connection
    finally:
        connection.close()


def _refuse_foreign(connection: sqlite3.Connection) -> None:
    (count,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if not count:
        return
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if (application, version) != (APPLICATION_ID, VERSION):
        raise DamagedFileError("it is a database of another program or version")
    (result,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if result != "ok":
        raise DamagedFileError(result)
