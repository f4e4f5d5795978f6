"""Transactions that are committed whole or not at all."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from soundpost.sqlite.transaction import transaction


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    """Provides a database with one empty table."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute("CREATE TABLE events (id INTEGER)")
        yield connection


def rows(connection: sqlite3.Connection) -> int:
    """Returns the number of rows."""
    (count,) = connection.execute("SELECT count(*) FROM events").fetchone()
    return int(count)


def test_a_transaction_is_committed_at_its_end(connection: sqlite3.Connection) -> None:
    """Its rows are there, and no transaction is open."""
    with transaction(connection):
        connection.execute("INSERT INTO events VALUES (1)")
    assert rows(connection) == 1
    assert not connection.in_transaction


def test_an_exception_takes_everything_back(connection: sqlite3.Connection) -> None:
    """Also one that is no Exception, such as Ctrl-C."""
    with pytest.raises(KeyboardInterrupt), transaction(connection):  # noqa: PT012 - the context is tested
        connection.execute("INSERT INTO events VALUES (1)")
        raise KeyboardInterrupt
    assert not rows(connection)
    assert not connection.in_transaction
