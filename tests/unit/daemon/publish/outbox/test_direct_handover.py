"""Live messages go from memory to the disk and to the network; only a backlog is read back."""

import sqlite3
from pathlib import Path

import pytest
from sample_messages import message, outbox_file, sent

from soundpost.publish.outbox.storage import MOST_IN_MEMORY


@pytest.fixture
def queries(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Records every statement that reads rows of messages."""
    found: list[str] = []

    def connect(path: Path) -> sqlite3.Connection:
        database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        database.set_trace_callback(
            lambda statement: (
                found.append(statement) if "payload FROM detections" in statement else None
            )
        )
        return database

    monkeypatch.setattr("soundpost.publish.outbox.database.connect", connect)
    return found


def test_a_live_message_is_never_read_from_the_file(tmp_path: Path, queries: list[str]) -> None:
    """It goes from memory to the disk, and then from memory to the network."""
    outbox, writer = outbox_file(tmp_path / "outbox.db")
    sent_numbers: list[int] = []
    for seq in range(1, 1_001):
        outbox.intake.append(message(seq))
        writer.write_pending()
        record = outbox.feed.next_unsent()
        assert record is not None
        sent_numbers.append(record.seq)
        outbox.feed.acknowledge(record.seq)
    assert sent_numbers == list(range(1, 1_001))
    assert queries == []


def test_a_backlog_is_read_from_the_file_and_then_no_more(
    tmp_path: Path, queries: list[str]
) -> None:
    """After an outage of the broker a page at a time is read; later messages go straight again."""
    outbox, writer = outbox_file(tmp_path / "outbox.db")
    for seq in range(1, 1_001):
        outbox.intake.append(message(seq))
        writer.write_pending()
    assert queries == []
    assert sent(outbox, writer) == list(range(1, 1_001))
    page_count = len(queries)
    assert 0 < page_count <= 1_000 // MOST_IN_MEMORY + 1
    outbox.intake.append(message(1_001))
    assert sent(outbox, writer) == [1_001]
    assert len(queries) == page_count


def test_messages_of_an_earlier_run_are_read_once(tmp_path: Path, queries: list[str]) -> None:
    """They are sent before the new ones, and those go straight to the network."""
    outbox, writer = outbox_file(tmp_path / "outbox.db")
    for seq in range(1, 11):
        outbox.intake.append(message(seq))
    writer.write_pending()
    writer.close()
    again, writer = outbox_file(tmp_path / "outbox.db")
    again.intake.append(message(11))
    assert sent(again, writer) == list(range(1, 12))
    assert len(queries) == 1
