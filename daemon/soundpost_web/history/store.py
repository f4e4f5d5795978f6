"""The writer of the history: stores messages, each once, in the order of their states."""

import logging
import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from soundpost.errors import ConfigError
from soundpost.sqlite.damage import DamagedFileError, detecting_damage
from soundpost.sqlite.open_file import SUFFIXES, open_writer
from soundpost.sqlite.transaction import transaction
from soundpost.system.atomic_file import set_aside
from soundpost.system.log_once import LogOnce
from soundpost_web.history.database import HISTORY
from soundpost_web.history.message import EventMessage, Message, Numbered, Rank
from soundpost_web.history.numbers import record_number
from soundpost_web.history.retention import Limits, Retention

_FINAL = Rank.ENDED | Rank.RETRACTED

_log = logging.getLogger("soundpost.web")


class StoreError(Exception):
    """The disk refuses the history for now."""


class HistoryStore:
    """Stores messages from one thread.

    A damaged file is set aside, and a new one begins: a page without yesterday is better than none.

    Args:
        path: The file.
        limits: The age and the size that the history may have.

    Attributes:
        faults: The times at which the file was damaged.

    Raises:
        ConfigError: On `open`, if the file cannot be used and this will not pass by itself.
    """

    def __init__(self, path: Path, limits: Limits) -> None:
        self.path = path
        self.faults = 0
        self._connection: sqlite3.Connection | None = None
        self._retention = Retention(limits)
        self._failure = LogOnce(_log)

    def open(self) -> None:
        """Opens the file, or creates it.

        Raises:
            ConfigError: It is not writable, or its folder is not.
        """
        try:
            self._open()
        except (OSError, StoreError) as error:
            raise ConfigError(
                f"the history {self.path} cannot be written: {error}",
                hint="free space, or set history.file to a file that the page may write",
            ) from error

    def close(self) -> None:
        """Closes the file."""
        if self._connection is not None:
            with suppress(sqlite3.Error):  # a full disk may refuse the last checkpoint
                self._connection.close()
            self._connection = None

    def store(self, messages: Iterable[Message]) -> None:
        """Stores messages in one transaction; those that it has already change nothing.

        Raises:
            StoreError: The disk refuses them for now; none is stored.
        """
        messages = list(messages)
        try:
            connection = self._connection or self._open()
            with detecting_damage(), transaction(connection):
                for message in messages:
                    _store(connection, message)
        except DamagedFileError as error:
            self._replace(error)
            raise StoreError(f"the file was damaged: {error}") from error
        except (sqlite3.Error, OSError) as error:
            self._failure.fail("the history cannot be written: %s", error)
            raise StoreError(str(error)) from error
        self._failure.recover("the history is written again")

    def tick(self) -> None:
        """Removes a few old rows if it is time to, so that no message waits for long."""
        if self._connection is None:
            return
        try:
            self._retention.tick(self._connection)
        except DamagedFileError as error:
            with suppress(StoreError):  # the next message meets it again
                self._replace(error)
        except sqlite3.Error as error:
            self._failure.fail("old events cannot be removed: %s", error)

    def _open(self) -> sqlite3.Connection:
        try:
            self._connection = open_writer(self.path, HISTORY)
        except DamagedFileError as error:
            self._replace(error)
            self._connection = open_writer(self.path, HISTORY)
        except sqlite3.Error as error:
            raise StoreError(str(error)) from error
        return self._connection

    def _replace(self, error: DamagedFileError) -> None:
        """Sets the damaged file aside; the next use begins a new one."""
        self.close()
        self.faults += 1
        try:
            aside = set_aside(self.path, SUFFIXES)
        except OSError as refusal:
            raise StoreError(f"the damaged file cannot be renamed: {refusal}") from refusal
        _log.error("the history was damaged (%s); it is kept as %s", error, aside)


def _store(connection: sqlite3.Connection, message: Message) -> None:
    is_new_state = _store_event(connection, message) if isinstance(message, EventMessage) else False
    record_number(
        connection, Numbered(message.node, message.seq, message.at_ms, is_new_state=is_new_state)
    )


def _store_event(connection: sqlite3.Connection, message: EventMessage) -> bool:
    """Stores a state of an event; returns False if the history had it in this state.

    A message may arrive twice, and after a crash a later state may arrive first: the state that
    comes last in the order of states stays.
    """
    row = connection.execute(
        "SELECT key, states, rank FROM events WHERE node = ? AND id = ?",
        (message.node, message.id),
    ).fetchone()
    rank = message.rank
    if row is None:
        connection.execute(
            "INSERT INTO events (node, id, states, rank, label, common_name, scientific_name,"
            " score, threshold, at_ms, onset_ms, offset_ms, clock, level_dbfs, model, clip,"
            " backfilled) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(message.node, message.id, rank, rank, message.label, message.common_name),
                *(message.scientific_name, message.score, message.threshold, message.at_ms),
                *(message.onset_ms, message.offset_ms, message.clock, message.level_dbfs),
                *(message.model, message.clip, message.is_backfilled),
            ),
        )
        return True
    key, states, stored_rank = row
    if states & rank:
        return False
    if rank > stored_rank and not stored_rank & _FINAL:
        connection.execute(
            "UPDATE events SET states = ?, rank = ?, score = ?, offset_ms = ?, level_dbfs = ?,"
            " clip = ?, backfilled = max(backfilled, ?) WHERE key = ?",
            (
                *(states | rank, rank, message.score, message.offset_ms, message.level_dbfs),
                *(message.clip, message.is_backfilled, key),
            ),
        )
    else:
        connection.execute("UPDATE events SET states = ? WHERE key = ?", (states | rank, key))
    return True
