"""Rows of the outbox's file, right and damaged."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sample_messages import message, outbox_file, sent

from soundpost.publish.outbox.record import OutboxRecord, row_of, undamaged_records

RECORD = OutboxRecord(7, b"payload", 3.5)


def test_a_row_is_read_as_it_was_written() -> None:
    """With its number, its time and its payload."""
    assert list(undamaged_records([row_of(RECORD)])) == [RECORD]


@pytest.mark.parametrize("value", [None, "7", 7.5, b"\7", 8])
@pytest.mark.parametrize("column", [0, 2, 3])
def test_a_value_of_any_other_type_is_damage(column: int, value: object) -> None:
    """Only the number, the checksum and the payload identify a message."""
    row: list[Any] = list(row_of(RECORD))
    row[column] = value
    assert list(undamaged_records([tuple(row)])) == []


@pytest.mark.parametrize("value", [None, "7", b"\7"])
def test_a_damaged_time_makes_a_message_late(value: Any) -> None:  # noqa: ANN401 - a column of any type
    """The checksum does not cover it."""
    seq, _, crc32, payload = row_of(RECORD)
    (record,) = undamaged_records([(seq, value, crc32, payload)])
    assert record == OutboxRecord(7, b"payload", 0.0)


@pytest.mark.parametrize("table", ["open_events", "detections"])
@pytest.mark.parametrize("number", ["NULL", "'seven'", "x'07'"])
def test_a_table_that_lost_its_types_is_read(tmp_path: Path, table: str, number: str) -> None:
    """As after damage to the schema: the start goes on, and later messages are sent."""
    outbox, writer = outbox_file(tmp_path / "outbox.db")
    outbox.intake.append(message(1))
    writer.write_pending()
    writer.close()
    with closing(sqlite3.connect(tmp_path / "outbox.db")) as database:
        database.executescript(
            f"CREATE TABLE other AS SELECT * FROM {table}; UPDATE other SET seq = {number};"  # noqa: S608 - of this test
            f"DROP TABLE {table}; ALTER TABLE other RENAME TO {table};"
        )
    outbox, writer = outbox_file(tmp_path / "outbox.db")
    last_seq = outbox.intake.last_seq
    outbox.intake.append(message(last_seq + 1))
    assert sent(outbox, writer)[-1] == last_seq + 1
    writer.close()
