"""The file of the queue: damage, other programs, and a full disk."""

import sqlite3
from pathlib import Path

import pytest
from full_disk import Disk
from notify_parts import OpenQueue, content

from soundpost.errors import ConfigError
from soundpost_notify.queue.file import QueueError, QueueFile


def test_a_damaged_file_is_set_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A new one begins."""
    path = tmp_path / "queue.db"
    path.write_bytes(b"garbage" * 1_000)
    queue = OpenQueue(path)
    queue.put(content())
    assert queue.states() == ["waiting"]
    assert "the queue was damaged" in caplog.text
    assert list(tmp_path.glob("queue.db.damaged-*"))
    queue.file.close()


def test_damage_while_it_runs_is_met(queue: OpenQueue) -> None:
    """The transaction that meets it fails; the next one begins a new file."""
    with queue.transaction() as connection:
        connection.execute("DROP TABLE deliveries")
    with pytest.raises(QueueError, match="damaged"):
        queue.put(content())
    queue.put(content())
    assert queue.states() == ["waiting"]


def test_the_database_of_another_program_is_not_changed(tmp_path: Path) -> None:
    """It is set aside, as a damaged one."""
    path = tmp_path / "queue.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE theirs (value)")
        other.execute("INSERT INTO theirs VALUES (42)")
    QueueFile(path).open()
    (aside,) = tmp_path.glob("queue.db.damaged-*Z")
    with sqlite3.connect(aside) as other:
        assert other.execute("SELECT value FROM theirs").fetchall() == [(42,)]


def test_a_folder_in_its_place_is_an_error(tmp_path: Path) -> None:
    """A restart does not correct it."""
    with pytest.raises(ConfigError, match="cannot be written"):
        QueueFile(tmp_path).open()


def test_messages_are_stored_and_sent_on_a_full_disk(disk: Disk) -> None:
    """From the space that was reserved at the start; also after a restart before the disk fills."""
    OpenQueue(disk.folder / "queue.db").file.close()
    queue = OpenQueue(disk.folder / "queue.db")
    disk.fill()
    for number in range(1_000):
        queue.put(content(number))
        delivery = queue.claim("phone")
        assert delivery is not None
        queue.finish(delivery, "sent")
    assert queue.states() == ["sent"] * 1_000
    queue.file.close()


def test_a_disk_that_stays_full_is_an_error_that_passes(
    disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged once, and messages are stored when there is space again."""
    queue = OpenQueue(disk.folder / "queue.db")
    disk.fill()
    refusals = stored = 0
    while refusals < 3:
        try:
            queue.put(*(content(stored * 100 + number, text="x" * 900) for number in range(100)))
        except QueueError:
            refusals += 1
        else:
            stored += 1
    assert stored > 0
    assert caplog.text.count("the queue cannot be written") == 1
    disk.empty()
    queue.put(content(10**6))
    assert len(queue.entries()) == stored * 100 + 1
    queue.file.close()
