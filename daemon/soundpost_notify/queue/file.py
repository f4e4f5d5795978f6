"""The file of the queue: a lock, transactions, and a damaged file that is set aside."""

import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from soundpost.errors import ConfigError
from soundpost.sqlite.damage import DamagedFileError, detecting_damage
from soundpost.sqlite.open_file import SUFFIXES, open_writer
from soundpost.sqlite.transaction import transaction
from soundpost.system.atomic_file import set_aside
from soundpost.system.log_once import LogOnce
from soundpost_notify.queue.tables import QUEUE, reserve_space

_log = logging.getLogger("soundpost.notify")


class QueueError(Exception):
    """The disk refuses the queue for now."""


class QueueFile:
    """The database, shared by threads.

    A damaged file is set aside, and a new one begins: messages from now on are better than none.

    Args:
        path: The file.

    Attributes:
        lock: Held while the database is used.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._failure = LogOnce(_log)

    def open(self) -> None:
        """Opens the file, or creates it.

        Raises:
            ConfigError: It is not writable, or its folder is not.
        """
        try:
            with self.lock:
                self._open()
        except (OSError, sqlite3.Error, QueueError) as error:
            raise ConfigError(
                f"the queue {self.path} cannot be written: {error}",
                hint="free space, or set queue.file to a file that the notifier may write",
            ) from error

    def close(self) -> None:
        """Closes the file."""
        with self.lock:
            if self._connection is not None:
                with suppress(sqlite3.Error):  # a full disk may refuse the last checkpoint
                    self._connection.close()
                self._connection = None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Provides the database; what is done in the context is stored, or nothing of it.

        Raises:
            QueueError: The disk refuses it for now.
        """
        with self.lock:
            try:
                connection = self._connection or self._open()
                with detecting_damage(), transaction(connection):
                    yield connection
            except DamagedFileError as error:
                self._replace(error)
                raise QueueError(f"the file was damaged: {error}") from error
            except (sqlite3.Error, OSError) as error:
                self._failure.fail("the queue cannot be written: %s", error)
                raise QueueError(str(error)) from error
            self._failure.recover("the queue is written again")

    def _open(self) -> sqlite3.Connection:
        try:
            self._connection = open_writer(self.path, QUEUE)
        except DamagedFileError as error:
            self._replace(error)
            self._connection = open_writer(self.path, QUEUE)
        try:
            reserve_space(self._connection)
        except sqlite3.Error as error:
            _log.warning("no space is reserved for messages on a full disk: %s", error)
        return self._connection

    def _replace(self, error: DamagedFileError) -> None:
        """Sets the damaged file aside; the next use begins a new one."""
        self.close()
        try:
            aside = set_aside(self.path, SUFFIXES)
        except OSError as refusal:
            raise QueueError(f"the damaged file cannot be renamed: {refusal}") from refusal
        _log.error("the queue was damaged (%s); it is kept as %s", error, aside)
