"""Opens a SQLite file in WAL mode: to write, with its tables, or to read."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from soundpost.sqlite.damage import DamagedFileError, detecting_damage

SUFFIXES = ("", "-wal", "-shm")
"""Of the files that belong to a database."""
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


class Schema(NamedTuple):
    """The tables of a database, and the numbers by which files of ours are recognised.

    Attributes:
        application_id: `PRAGMA application_id`.
        version: `PRAGMA user_version`.
        tables: The statements that create what is missing, and set both numbers.
    """

    application_id: int
    version: int
    tables: str


def open_writer(path: Path, schema: Schema) -> sqlite3.Connection:
    """Opens a database to write, and creates it if it is missing.

    Args:
        path: The file.
        schema: Its tables.

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
            _refuse_foreign(connection, schema)
            # Space of removed rows is given back in slices (retention).
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            for setting in _SETTINGS:
                connection.execute(setting).fetchall()
            connection.executescript(schema.tables)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def open_reader(path: Path, longest_seconds: float = 5.0) -> Iterator[sqlite3.Connection]:
    """Opens a database for one query, which cannot change it.

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


def _refuse_foreign(connection: sqlite3.Connection, schema: Schema) -> None:
    (count,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if not count:
        return
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if (application, version) != (schema.application_id, schema.version):
        raise DamagedFileError("it is a database of another program or version")
    (result,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if result != "ok":
        raise DamagedFileError(result)
