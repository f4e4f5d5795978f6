"""Sets a damaged outbox aside and salvages its readable rows into a new one."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from soundpost.publish.outbox.database import connect
from soundpost.publish.outbox.open_events import SELECT_OPEN
from soundpost.publish.outbox.record import OutboxRecord, undamaged_records
from soundpost.publish.outbox.store import SELECT, Store
from soundpost.sqlite.damage import DamagedFileError, has_code, is_damage
from soundpost.system.atomic_file import set_aside

_ROWS_AT_ONCE = 1_000
"""Rows that are copied in one transaction."""
_SUFFIXES = ("", "-wal", "-journal")  # SQLite finds the latter two by their names
_log = logging.getLogger("soundpost.publish")


def replace_damaged(path: Path, damage: DamagedFileError) -> Store:
    """Opens a new file in place of a damaged one, with the rows that could be read.

    Raises:
        OSError, sqlite3.Error: The disk does not take it.
    """
    aside = set_aside(path, _SUFFIXES)
    store = Store(path)
    try:
        count = salvage(aside, store)
    except BaseException:
        store.close()
        raise
    _log.error(
        "the outbox %s is damaged (%s): it is set aside as %s, and %d detections could be read",
        path,
        damage,
        aside.name,
        count,
    )
    return store


def salvage(damaged: Path, store: Store) -> int:
    """Copies the readable rows of a damaged file, and its open events; returns how many rows.

    Reads from both ends towards the damage, because a broken page hides the rows behind it.
    """
    count_before = store.count
    with closing(_connect(damaged)) as database:
        for query in (f"{SELECT} ORDER BY seq", f"{SELECT} ORDER BY seq DESC"):
            for records in _readable(database, query):
                store.write(records, ())
        with suppress(sqlite3.DatabaseError, UnicodeDecodeError):  # nothing of them is readable
            store.open_events.take_over(database.execute(SELECT_OPEN).fetchall())
    return store.count - count_before


def _connect(damaged: Path) -> sqlite3.Connection:
    """Opens a damaged file; without its log (WAL) if SQLite cannot read that."""
    database = connect(damaged)
    try:
        database.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.OperationalError as error:
        if not has_code(error, sqlite3.SQLITE_CANTOPEN):
            return database
        database.close()
        return sqlite3.connect(f"{damaged.absolute().as_uri()}?immutable=1", uri=True)
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        _log.debug("the schema of %s is damaged, too", damaged)
    return database


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
