"""Sets a damaged outbox aside and salvages its readable rows into a new one."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from soundpost.publish.outbox.record import OutboxRecord, undamaged_records
from soundpost.publish.outbox.store import SELECT, DamagedFile, Store, connect, is_damage
from soundpost.system.atomic_file import set_aside

_ROWS_AT_ONCE = 1_000
"""Rows that are copied in one transaction."""
_SUFFIXES = ("", "-wal", "-journal")  # SQLite finds the latter two by their names
_log = logging.getLogger("soundpost.publish")


def replace_damaged(path: Path, damage: DamagedFile) -> Store:
    """Opens a new file in place of a damaged one, with the rows that could be read.

    Raises:
        OSError, sqlite3.Error: The disk does not take it.
    """
    aside = set_aside(path, _SUFFIXES)
    store = Store(path)
    count = salvage(aside, store)
    _log.error(
        "the outbox %s is damaged (%s): it is set aside as %s, and %d detections could be read",
        path,
        damage,
        aside.name,
        count,
    )
    return store


def salvage(damaged: Path, store: Store) -> int:
    """Copies the readable rows of a damaged file; returns how many there were.

    Reads from both ends towards the damage, because a broken page hides the rows behind it.
    """
    count_before = store.count
    with closing(connect(damaged)) as database:
        for query in (f"{SELECT} ORDER BY seq", f"{SELECT} ORDER BY seq DESC"):
            for records in _readable(database, query):
                store.write(records, ())
    return store.count - count_before


def _readable(database: sqlite3.Connection, query: str) -> Iterator[list[OutboxRecord]]:
    """Yields the rows up to the damage or the end, some at a time."""
    records: list[OutboxRecord] = []
    try:
        rows = database.execute(query)
        for record in undamaged_records(rows):
            records.append(record)
            if len(records) == _ROWS_AT_ONCE:
                yield records
                records = []
    except sqlite3.DatabaseError as error:
        # A table that is missing or has changed raises an OperationalError; it is damage too.
        if not is_damage(error) and not isinstance(error, sqlite3.OperationalError):
            raise
    except UnicodeDecodeError:
        _log.debug("SQLite reported damage in a message that is not UTF-8")
    yield records
