"""The file of the history."""

import sqlite3
from pathlib import Path

import pytest

from soundpost.sqlite.damage import DamagedFileError
from soundpost.sqlite.open_file import open_reader, open_writer
from soundpost.sqlite.transaction import transaction
from soundpost_web.history.database import HISTORY


def test_a_new_file_has_the_tables_and_is_private(tmp_path: Path) -> None:
    """Other users of the machine cannot read what is heard."""
    path = tmp_path / "folder" / "history.db"
    open_writer(path, HISTORY).close()
    assert path.stat().st_mode & 0o007 == 0
    with open_reader(path) as reader:
        assert reader.execute("SELECT count(*) FROM events").fetchone()[0] == 0


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    """The page only looks."""
    path = tmp_path / "history.db"
    open_writer(path, HISTORY).close()
    with open_reader(path) as reader, pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.execute("DELETE FROM events")


def test_a_query_that_takes_too_long_is_interrupted(tmp_path: Path) -> None:
    """It would keep a processor core busy."""
    path = tmp_path / "history.db"
    open_writer(path, HISTORY).close()
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    with (
        open_reader(path, longest_seconds=0.05) as reader,
        pytest.raises(sqlite3.OperationalError, match="interrupted"),
    ):
        reader.execute(endless).fetchall()


@pytest.mark.parametrize(
    "content", [b"no database at all, but long enough to be looked at" * 100, b"SQLite format 3\0"]
)
def test_a_file_of_something_else_is_damage(tmp_path: Path, content: bytes) -> None:
    """It is found when the file is opened."""
    path = tmp_path / "history.db"
    path.write_bytes(content)
    with pytest.raises(DamagedFileError):
        open_writer(path, HISTORY)


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    """Nothing in it is changed."""
    path = tmp_path / "history.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE mine (a)")
    other.close()
    content = path.read_bytes()
    with pytest.raises(DamagedFileError, match="another program"):
        open_writer(path, HISTORY)
    assert path.read_bytes() == content


def test_a_transaction_is_stored_whole_or_not_at_all(tmp_path: Path) -> None:
    """An exception takes everything back."""
    connection = open_writer(tmp_path / "history.db", HISTORY)
    insert = "INSERT INTO numbers VALUES ('gate', 0, 1, 1, 0, 0)"
    with pytest.raises(sqlite3.OperationalError), transaction(connection):  # noqa: PT012 - the context is tested
        connection.execute(insert)
        connection.execute("INSERT INTO nothing VALUES (1)")
    assert connection.execute("SELECT count(*) FROM numbers").fetchone() == (0,)
    with transaction(connection):
        connection.execute(insert)
    connection.close()
    with open_reader(tmp_path / "history.db") as reader:
        assert reader.execute("SELECT count(*) FROM numbers").fetchone()[0] == 1
