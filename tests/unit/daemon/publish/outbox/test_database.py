"""The outbox's database: opened without a write, verified, committed."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sample_messages import message, outbox_file, sent

from soundpost.publish.outbox.database import Database, file_id_at
from soundpost.sqlite.damage import DamagedFileError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Provides the path of a file that is not there yet."""
    return tmp_path / "outbox.db"


def close(database: Database) -> None:
    """Closes the database."""
    database.connection.close()


def test_opening_an_existing_file_changes_nothing(path: Path) -> None:
    """A full disk does not keep it from being read."""
    close(Database(path))
    before = path.read_bytes()
    database = Database(path)
    assert database.number("SELECT total_changes()") == 0
    assert not path.with_name("outbox.db-wal").stat().st_size
    close(database)
    assert path.read_bytes() == before


def test_no_file_of_shared_memory_is_needed(path: Path) -> None:
    """A full disk would have no space for it."""
    close(Database(path))
    database = Database(path)
    assert sorted(file.name for file in path.parent.iterdir()) == ["outbox.db", "outbox.db-wal"]
    assert database.log_id == file_id_at(path.with_name("outbox.db-wal"))
    close(database)


def test_a_failed_transaction_is_undone(path: Path) -> None:
    """The next one begins anew."""
    database = Database(path)
    twice = "INSERT INTO retained_topics VALUES ('a'), ('a')"
    with pytest.raises(sqlite3.IntegrityError), database.transaction():
        database.connection.execute(twice)
    with database.transaction():
        database.connection.execute("INSERT INTO retained_topics VALUES ('b')")
    assert database.number("SELECT count(*) FROM retained_topics") == 1
    close(database)


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE detections RENAME COLUMN payload TO content",
        "DROP TABLE detections",
        "ALTER TABLE open_events RENAME COLUMN crc32 TO checksum",
    ],
)
def test_another_schema_is_damage(path: Path, statement: str) -> None:
    """The file is set aside, as after a changed byte in its schema, and a new one is used."""
    outbox, writer = outbox_file(path)
    outbox.intake.append(message(1))
    writer.write_pending()
    writer.close()
    with closing(sqlite3.connect(path)) as database:
        database.execute(statement)
    again, writer = outbox_file(path)
    seq = again.intake.last_seq + 1
    assert seq > 1
    again.intake.append(message(seq))
    assert sent(again, writer)[-1] == seq
    assert list(path.parent.glob("outbox.db.damaged-*Z"))


def test_a_number_that_is_none_is_damage(path: Path) -> None:
    """SQLite stores any type in any column."""
    database = Database(path)
    with pytest.raises(DamagedFileError, match="expected a number, got str"):
        database.number("SELECT 'x'")
    close(database)


@pytest.mark.parametrize("suffix", ["-wal", "-journal", "-shm", ".mark"])
@pytest.mark.parametrize(
    "make",
    [
        pytest.param(os.mkfifo, id="FIFO"),
        pytest.param(Path.mkdir, id="folder"),
        pytest.param(lambda path: path.symlink_to(path), id="loop of links"),
        pytest.param(lambda path: path.write_bytes(b"x" * 10_000), id="text"),
    ],
)
def test_anything_with_the_name_of_a_side_file_stops_no_message(
    path: Path, suffix: str, make: Callable[[Path], object]
) -> None:
    """It is replaced, ignored, or an outage of the disk: messages are sent from memory then."""
    make(path.with_name(path.name + suffix))
    outbox, writer = outbox_file(path)
    seq = outbox.intake.last_seq + 1
    outbox.intake.append(message(seq))
    assert sent(outbox, writer) == [seq]
