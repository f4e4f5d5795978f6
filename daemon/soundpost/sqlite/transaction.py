"""Transactions of a connection that begins none by itself."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Commits what is done in the context, or nothing of it; returns when it is on the disk.

    Args:
        connection: Opened with `isolation_level=None`.

    Raises:
        sqlite3.Error: The disk or another program prevents it; nothing was changed.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite ends some by itself, as on a full disk
            connection.execute("ROLLBACK")
        raise
