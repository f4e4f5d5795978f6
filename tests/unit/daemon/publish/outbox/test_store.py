"""The outbox's file: rows in transactions, numbers that only grow, damage that is found."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from soundpost.publish.outbox.record import OutboxRecord
from soundpost.publish.outbox.store import Store
from soundpost.sqlite.damage import DamagedFileError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Provides the path of a file that is not there yet."""
    return tmp_path / "outbox.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """Provides an open, empty file."""
    with closing(Store(path)) as store:
        yield store


def records(*seqs: int, size: int = 10) -> list[OutboxRecord]:
    """Returns records of these numbers."""
    return [OutboxRecord(seq, b"x" * size, 1.5) for seq in seqs]


def test_rows_are_read_as_they_were_written(path: Path) -> None:
    """In the order of their numbers, from another connection too."""
    with closing(Store(path)) as store:
        store.write(records(2, 1, 3), ())
    with closing(Store(path)) as store:
        assert store.read_after(1, 10) == (records(2, 3), [])
        assert store.read_after(0, 2) == (records(1, 2), [])
        assert (store.count, store.last_seq) == (3, 3)


def test_the_highest_number_outlives_its_row(path: Path) -> None:
    """Numbers continue although every row was removed."""
    with closing(Store(path)) as store:
        store.write(records(1, 2, 3), ())
        store.write((), (1, 2, 3))
        store.advance(7)
    with closing(Store(path)) as store:
        assert (store.count, store.last_seq) == (0, 7)


def test_a_damaged_table_of_numbers_costs_no_row(path: Path) -> None:
    """Raising the number to that of a row keeps the row, and outlives it."""
    with closing(Store(path)) as store:
        store.write(records(1, 2, 3), ())
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE sqlite_sequence SET seq = 2")
    with closing(Store(path)) as store:
        store.write((), ())
        store.advance(3)
        assert store.read_after(0, 10) == (records(1, 2, 3), [])
        store.write((), (1, 2, 3))
    with closing(Store(path)) as store:
        assert (store.count, store.last_seq) == (0, 3)


def test_a_failed_write_changes_nothing(store: Store) -> None:
    """Rows and removals of one write are one transaction."""
    store.write(records(1), ())
    wrong = OutboxRecord(3, None, 0.0)  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(TypeError):
        store.write([*records(2), wrong], (1,))
    assert store.read_after(0, 10) == (records(1), [])
    assert store.count == 1


def test_a_row_with_a_wrong_checksum_is_reported_as_damaged(path: Path) -> None:
    """SQLite itself does not verify the bytes of a payload."""
    with closing(Store(path)) as store:
        store.write(records(1, 2, 3), ())
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE detections SET payload = x'00' WHERE seq = 2")
        database.commit()
    with closing(Store(path)) as store:
        assert store.read_after(0, 10) == (records(1, 3), [2])


def test_free_pages_are_given_back(store: Store) -> None:
    """Removed rows leave free pages, until `shrink`."""
    store.write(records(*range(1, 301), size=4_000), ())
    used = store.used_bytes
    store.write((), range(1, 301))
    free = store.free_bytes
    assert store.used_bytes < used / 10
    assert free > used / 2
    store.shrink()
    assert store.free_bytes < free


def test_a_file_of_another_version_is_damage(path: Path) -> None:
    """It is not written to."""
    Store(path).close()
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 2")
    with pytest.raises(DamagedFileError, match="another version"):
        Store(path)
