"""The SQLite database of the store: its place, its settings, its version, its errors."""

import os
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from soundpost.errors import ReviewError
from soundpost.review.store.migrations import MIGRATIONS
from soundpost.sqlite.damage import has_code
from soundpost.sqlite.transaction import transaction
from soundpost.system.systemd import SERVICE_FOLDER, shared_state_directory

APPLICATION_ID = 0x736F7276  # "sorv"
_FILE_NAME = "review.db"
_FILE_MODE = 0o640  # as recordings: private to the owner and the group

_LEAST_BYTES = 512
"""The smallest page of SQLite, which takes a shorter file for an empty one."""

_LOCK_SECONDS = 10.0
"""A wait for another process: an import of a million events commits within it."""
_RETRY_SECONDS = 0.05

_SETTINGS = (
    "PRAGMA foreign_keys = ON",
    # FULL: a verdict survives a power cut, for one fsync each.
    "PRAGMA synchronous = FULL",
)

_HINTS = {
    sqlite3.SQLITE_NOTADB: "it is left as it is: name another file with --store",
    sqlite3.SQLITE_CORRUPT: "it is left as it is: restore a copy of it, or name another file with "
    "--store",
    sqlite3.SQLITE_FULL: "free space on the disk; the verdicts before are stored",
    sqlite3.SQLITE_IOERR: "check the disk, and the space on it; the verdicts before are stored",
    sqlite3.SQLITE_BUSY: "another program writes to it: wait for its end",
    sqlite3.SQLITE_READONLY: "check its owner, its mode and the disk, or name another file with "
    "--store",
    sqlite3.SQLITE_CANTOPEN: "check the owner and the mode of its folder, or name another file "
    "with --store; a folder that cannot be written to is no place for it",
}
"""The remedy for each result code that the machine, not the program, is the cause of."""


def default_store_path(environment: Mapping[str, str] = os.environ) -> Path:
    """Returns the path in the service's state directory, else in the user's folder of data.

    All sources of a node share one. A person who may write to the state directory of the packaged
    service, by sudo, reviews for the node: it is taught with these verdicts by a command, too.

    Source: XDG Base Directory Specification 0.8, which has relative paths ignored.
    """
    folder = shared_state_directory(environment)
    if folder is None and os.access(SERVICE_FOLDER, os.W_OK | os.X_OK):
        folder = SERVICE_FOLDER
    if folder is None:
        data = Path(environment.get("XDG_DATA_HOME", ""))
        folder = (data if data.is_absolute() else Path.home() / ".local" / "share") / "soundpost"
    return folder / _FILE_NAME


class Database:
    """A connection to the database, which is created or brought to the present version.

    Args:
        path: The file.

    Attributes:
        connection: The connection; only one thread may use it.

    Raises:
        ReviewError: It is not a store of verdicts, or of a newer version, or it cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            _create(path)
        except OSError as error:
            hint = _HINTS[sqlite3.SQLITE_CANTOPEN]
            raise ReviewError(f"{path}: {error.strerror}", hint=hint) from error
        with self.reporting():
            self.connection = sqlite3.connect(path, timeout=_LOCK_SECONDS, isolation_level=None)
        try:
            with self.reporting():
                self._refuse_other()
                for setting in _SETTINGS:
                    self.connection.execute(setting).fetchall()
                self._begin_log()
                self._migrate()
        except BaseException:
            self.connection.close()
            raise

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Commits what is done in the context, or nothing of it; returns when it is on the disk."""
        with self.reporting(), transaction(self.connection):
            yield self.connection

    @contextmanager
    def reporting(self) -> Iterator[None]:
        """Raises a ReviewError with a hint for what the disk or another program did."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorcode", -1) & 0xFF
            if code not in _HINTS:
                raise
            raise ReviewError(f"{self._path}: {error}", hint=_HINTS[code]) from error

    def rows(self, query: str, values: Sequence[object] = ()) -> list[sqlite3.Row]:
        """Returns the rows of a query."""
        with self.reporting():
            cursor = self.connection.cursor()
            cursor.row_factory = sqlite3.Row
            return cursor.execute(query, values).fetchall()

    def _number(self, pragma: str) -> int:
        number: int = self.connection.execute(f"PRAGMA {pragma}").fetchone()[0]
        return number

    def _refuse_other(self) -> None:
        """Raises an error for a database of another program or a newer version.

        Nothing was written to it until then.
        """
        version = self._number("user_version")
        is_new = not version and not self._number("schema_version")
        if not is_new and self._number("application_id") != APPLICATION_ID:
            raise ReviewError(
                f"{self._path} is a database of another program",
                hint="name another file with --store",
            )
        if version > len(MIGRATIONS):
            raise ReviewError(
                f"{self._path} is of version {version}, and this program reads versions up to "
                f"{len(MIGRATIONS)}",
                hint="a newer Soundpost wrote it: update this one, or name another file with "
                "--store",
            )

    def _begin_log(self) -> None:
        """Switches to a write-ahead log, by which readers do not wait for a writer.

        SQLite does not wait for another process that does so at the same moment.
        """
        deadline = time.monotonic() + _LOCK_SECONDS
        while True:
            try:
                self.connection.execute("PRAGMA journal_mode = WAL").fetchall()
            except sqlite3.OperationalError as error:
                if not has_code(error, sqlite3.SQLITE_BUSY) or time.monotonic() > deadline:
                    raise
                time.sleep(_RETRY_SECONDS)
            else:
                return

    def _migrate(self) -> None:
        if self._number("user_version") == len(MIGRATIONS):
            return
        with self.transaction() as connection:
            # Another process may have done it since, or may be of a newer version.
            self._refuse_other()
            for statements in MIGRATIONS[self._number("user_version") :]:
                for statement in statements:
                    connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _create(path: Path) -> None:
    """Creates the file if it is missing.

    A file that is there is not opened: closing it would drop the locks of other connections of this
    process (POSIX).

    Raises:
        OSError: It cannot be created.
        ReviewError: The file is shorter than a database.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC
    with suppress(FileExistsError):
        descriptor = os.open(path, flags, _FILE_MODE)
        try:
            if os.geteuid() == 0:  # by sudo, in the folder of a service, which uses it as well
                folder = path.parent.stat()
                os.fchown(descriptor, folder.st_uid, folder.st_gid)
        finally:
            os.close(descriptor)
    if 0 < path.stat().st_size < _LEAST_BYTES:
        raise ReviewError(f"{path}: file is not a database", hint=_HINTS[sqlite3.SQLITE_NOTADB])
