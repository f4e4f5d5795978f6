"""Errors of SQLite that mean damage, and those of a disk that refuses writes for now."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from soundpost.sqlite.damage import DamagedFileError, detecting_damage, is_damage


def test_a_file_of_something_else_is_damage(tmp_path: Path) -> None:
    """SQLite finds out with the first query."""
    path = tmp_path / "history.db"
    path.write_bytes(b"no database" * 1_000)
    with closing(sqlite3.connect(path)) as connection:
        query = connection.execute
        with pytest.raises(DamagedFileError), detecting_damage():
            query("SELECT count(*) FROM sqlite_schema").fetchone()


def test_a_missing_table_is_damage() -> None:
    """Its schema was garbled."""
    with closing(sqlite3.connect(":memory:")) as connection:
        query = connection.execute
        with pytest.raises(DamagedFileError), detecting_damage():
            query("SELECT * FROM events")


def test_a_full_database_is_no_damage() -> None:
    """The error of SQLite is passed on."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE events (payload BLOB)")
        connection.execute("PRAGMA max_page_count = 3")
        with pytest.raises(sqlite3.OperationalError, match="full") as raised, detecting_damage():
            connection.execute("INSERT INTO events VALUES (zeroblob(100000))")
    assert not is_damage(raised.value)
