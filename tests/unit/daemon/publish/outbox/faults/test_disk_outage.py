"""An outbox on a disk that is full, read-only, broken or missing."""

import errno
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from full_disk import Disk, small_disk
from sample_messages import message, outbox_file, sent
from watched_log import Log

from soundpost.health import Health
from soundpost.publish.outbox.outbox import Outbox
from soundpost.publish.outbox.store import Store
from soundpost.publish.outbox.writer import OutboxWriter
from soundpost.system.backoff import Backoff


@pytest.fixture
def _retry_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the writer retry the disk at every call."""
    monkeypatch.setattr(Backoff, "next_seconds", lambda _: 0.0)


@contextmanager
def no_file_grows_beyond(size: int) -> Iterator[None]:
    """Makes every write beyond a file size fail, with another error than that of a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def append(outbox: Outbox, writer: OutboxWriter, numbers: range) -> None:
    """Appends messages of these numbers, and writes after each."""
    for seq in numbers:
        outbox.intake.append(message(seq))
        writer.write_pending()


def send(outbox: Outbox, writer: OutboxWriter, count: int) -> list[int]:
    """Sends and acknowledges so many messages; returns their numbers."""
    numbers = []
    for _ in range(count):
        writer.write_pending()
        record = outbox.feed.next_unsent()
        assert record is not None
        outbox.feed.acknowledge(record.seq)
        numbers.append(record.seq)
    return numbers


@pytest.mark.usefixtures("_retry_at_once")
def test_a_full_disk_delays_nothing(disk: Disk, log: Log) -> None:
    """Messages are sent from memory, behind those on the disk; later it stores the rest."""
    health = Health()
    outbox, writer = outbox_file(disk.folder / "outbox.db", health)
    append(outbox, writer, range(1, 301))
    disk.fill()
    append(outbox, writer, range(301, 501))
    log.wait_for("ERROR the outbox")
    assert send(outbox, writer, 400) == list(range(1, 401))
    disk.empty()
    writer.write_pending()
    log.wait_for("can be written again")
    assert log.count("cannot be written") == 1
    assert (health.messages_dropped, health.outbox_faults) == (0, 1)
    writer.close()
    again, writer = outbox_file(disk.folder / "outbox.db")
    assert again.intake.last_seq == 500
    assert sent(again, writer) == list(range(401, 501))


def test_numbers_given_while_the_disk_was_full_are_not_repeated(disk: Disk) -> None:
    """If the process dies before there is space, there is a gap, but never a number twice."""
    outbox, writer = outbox_file(disk.folder / "outbox.db")
    append(outbox, writer, range(1, 11))
    disk.fill()
    append(outbox, writer, range(11, 31))
    writer.close()
    again, writer = outbox_file(disk.folder / "outbox.db")
    assert again.intake.last_seq >= 30
    disk.empty()
    writer.close()
    again, _ = outbox_file(disk.folder / "outbox.db")
    assert again.intake.last_seq >= 30


@pytest.mark.usefixtures("_retry_at_once")
def test_a_start_on_a_full_disk_sends_the_stored_messages_first(disk: Disk) -> None:
    """An existing file is read although nothing can be written, so nothing overtakes its rows."""
    path = disk.folder / "outbox.db"
    outbox, writer = outbox_file(path)
    append(outbox, writer, range(1, 301))
    writer.close()
    disk.fill()
    health = Health()
    outbox, writer = outbox_file(path, health)
    append(outbox, writer, range(301, 321))
    assert send(outbox, writer, 310) == list(range(1, 311))
    disk.empty()
    append(outbox, writer, range(321, 331))
    assert send(outbox, writer, 20) == list(range(311, 331))
    assert (health.messages_dropped, health.outbox_faults) == (0, 1)


@pytest.mark.parametrize("rows_at_once", [1, 1_000])
def test_a_small_disk_holds_what_fits(tmp_path: Path, rows_at_once: int) -> None:
    """The log (WAL) takes no place of messages, whether they come one by one or all at once."""
    with small_disk(tmp_path / "disk", 220_000) as disk:
        outbox, writer = outbox_file(disk.folder / "outbox.db")
        for first in range(1, 1_001, rows_at_once):
            for seq in range(first, first + rows_at_once):
                outbox.intake.append(message(seq))
            writer.write_pending(is_last=True)  # whenever the disk was tried last
        writer.close()
        again, writer = outbox_file(disk.folder / "outbox.db")
        assert 300 <= len(again.feed) < 500
        writer.close()


@pytest.mark.usefixtures("_retry_at_once")
def test_a_read_only_disk_is_used_as_soon_as_it_is_writable(disk: Disk, log: Log) -> None:
    """The daemon starts all the same, sends from memory, and stores what is left later."""
    disk.remount("ro")
    outbox, writer = outbox_file(disk.folder / "outbox.db")
    append(outbox, writer, range(1, 11))
    assert send(outbox, writer, 4) == [1, 2, 3, 4]
    assert log.count("cannot be written") == 1
    disk.remount("rw")
    writer.write_pending()
    writer.close()
    assert sent(*outbox_file(disk.folder / "outbox.db")) == [5, 6, 7, 8, 9, 10]


@pytest.mark.usefixtures("_retry_at_once")
def test_a_file_on_a_failing_disk_is_opened_anew(tmp_path: Path, log: Log) -> None:
    """No message on the disk or in memory is lost, and none is sent twice."""
    health = Health()
    outbox, writer = outbox_file(tmp_path / "outbox.db", health)
    append(outbox, writer, range(1, 601))
    with no_file_grows_beyond(100):
        append(outbox, writer, range(601, 621))
        log.wait_for("ERROR the outbox")
        first = send(outbox, writer, 10)
    rest = sent(outbox, writer)
    assert sorted(first + rest) == list(range(1, 621))
    assert (health.messages_sent, health.messages_dropped, len(outbox.feed)) == (620, 0, 0)
    writer.close()


@pytest.mark.usefixtures("_retry_at_once")
def test_a_folder_that_cannot_be_created_leaves_the_outbox_in_memory(
    tmp_path: Path, log: Log
) -> None:
    """The error is logged at the start, and messages are sent from memory."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    outbox, writer = outbox_file(tmp_path / "file" / "outbox.db")
    append(outbox, writer, range(1, 4))
    assert send(outbox, writer, 3) == [1, 2, 3]
    assert "sent from memory" in log.wait_for("ERROR the outbox")


@pytest.mark.usefixtures("_retry_at_once")
def test_a_disk_that_fails_while_the_budget_is_enforced_is_an_outage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading the oldest rows fails, and the file is closed; the writer goes on without it."""
    outbox, writer = outbox_file(tmp_path / "outbox.db", budget_bytes=100_000)
    for seq in range(1, 600):
        outbox.intake.append(message(seq))

    def fail(*_: object) -> None:
        raise OSError(errno.EIO, "I/O error")

    with monkeypatch.context() as broken:
        broken.setattr(Store, "read_after", fail)
        writer.write_pending()
    assert sent(outbox, writer)[-1] == 599
