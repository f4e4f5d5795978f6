"""What becomes of a damaged outbox: it is set aside, and what can be read is taken over."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from soundpost.publish.outbox.record import OutboxRecord, whole_entries
from soundpost.publish.outbox.store import SELECT, DamagedFile, Store, connect, is_damage

KEPT = 2
"""How many damaged files are kept for somebody to look at; the older ones go."""
_AT_ONCE = 1_000
_log = logging.getLogger("soundpost.publish")
_SUFFIXES = ("", "-wal", "-journal")  # SQLite finds the latter two by their names


def set_aside(path: Path) -> Path:
    """The damaged file's new name, with the time in it; nothing is at the old one any more.

    Raises:
        OSError: It cannot be renamed.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    aside = path.with_name(f"{path.name}.damaged-{stamp}")
    for suffix in _SUFFIXES[::-1]:
        beside = path.with_name(path.name + suffix)
        if beside.exists():
            beside.rename(aside.with_name(aside.name + suffix))
    _forget_older(path)
    return aside


def salvage(damaged: Path, store: Store) -> int:
    """Take over what can still be read of a damaged file; how many rows that were.

    From both ends towards the damage, because a broken page hides those behind it.
    """
    held = store.count
    with closing(connect(damaged)) as database:
        for query in (f"{SELECT} ORDER BY seq", f"{SELECT} ORDER BY seq DESC"):
            for entries in _readable(database, query):
                store.write(entries, ())
    return store.count - held


def replace_damaged(path: Path, damage: DamagedFile) -> Store:
    """A new file in the place of a damaged one, with what could be read of it.

    Raises:
        OSError, sqlite3.Error: The disk does not take it.
    """
    aside = set_aside(path)
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


def _readable(database: sqlite3.Connection, query: str) -> Iterator[list[OutboxRecord]]:
    """The rows up to the damage, or to the end, some at a time."""
    entries: list[OutboxRecord] = []
    try:
        rows = database.execute(query)
        for entry in whole_entries(rows):
            entries.append(entry)
            if len(entries) == _AT_ONCE:
                yield entries
                entries = []
    except sqlite3.DatabaseError as error:
        # A table that is not there any more, or not as it was, is damage too.
        if not is_damage(error) and not isinstance(error, sqlite3.OperationalError):
            raise
    except UnicodeDecodeError:
        _log.debug("SQLite told of damage in words that are none")
    yield entries


def _forget_older(path: Path) -> None:
    aside = path.parent.glob(f"{path.name}.damaged-*Z")
    files = sorted(aside)
    for old in files[:-KEPT]:
        for suffix in _SUFFIXES:
            old.with_name(old.name + suffix).unlink(missing_ok=True)
