"""Writes what fits on a full disk."""

import sqlite3

from soundpost.publish.outbox.open_events import follow
from soundpost.publish.outbox.storage import OutboxStorage, Pending
from soundpost.publish.outbox.store import Store
from soundpost.sqlite.damage import has_code

_FEWER_ROWS = 4
"""A transaction that a full disk refuses is tried again with a quarter of its rows."""


def write_what_fits(store: Store, pending: Pending, storage: OutboxStorage) -> None:
    """Writes all in one transaction; on a disk that is too full for it, some at a time.

    Args:
        store: The open file.
        pending: The next write.
        storage: Takes the messages that are stored.

    Raises:
        sqlite3.OperationalError: Not all of it fits on the disk.
    """
    records, removed, open_events = pending
    try:
        store.write(records, removed, open_events)
    except sqlite3.OperationalError as error:
        if not has_code(error, sqlite3.SQLITE_FULL):
            raise
    else:
        storage.written(records, removed, store.count)
        return
    store.empty_log()
    store.write((), removed)  # before the messages, which may take the place of these rows
    storage.written((), removed, store.count)
    size = len(records)
    while records:
        some = records[:size]
        try:
            store.write(some, (), follow(store.open_events.events, some))
        except sqlite3.OperationalError as error:
            if size == 1 or not has_code(error, sqlite3.SQLITE_FULL):
                raise
            store.empty_log()
            size = max(1, size // _FEWER_ROWS)
        else:
            storage.written(some, (), store.count)
            records = records[size:]
