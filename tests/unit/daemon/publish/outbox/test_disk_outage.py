"""An outbox on a disk that is full, read-only, broken or not there."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from full_disk import Disk
from sample_messages import message, outbox_file, sent
from watched_log import Log

from soundpost.health import Health
from soundpost.publish.outbox.outbox import Outbox
from soundpost.publish.outbox.writer import OutboxWriter
from soundpost.system.backoff import Backoff


@pytest.fixture
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is asked again at every turn."""
    monkeypatch.setattr(Backoff, "next_seconds", lambda _: 0.0)


@contextmanager
def no_file_grows_beyond(size: int) -> Iterator[None]:
    """Every write beyond it fails, with an error that is not that of a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def tell(outbox: Outbox, recorder: OutboxWriter, numbers: range) -> None:
    """Messages of these numbers, each followed by a turn of the scribe."""
    for seq in numbers:
        outbox.append(message(seq))
        recorder.write_pending()


def send(outbox: Outbox, recorder: OutboxWriter, count: int) -> list[int]:
    """The numbers of the next so many that go out, and are acknowledged."""
    numbers = []
    for _ in range(count):
        recorder.write_pending()
        entry = outbox.next_unsent()
        assert entry is not None
        outbox.acknowledge(entry.seq)
        numbers.append(entry.seq)
    return numbers


@pytest.mark.usefixtures("_hurry")
def test_a_full_disk_holds_up_nothing(disk: Disk, log: Log) -> None:
    """What it does not take goes out from memory, behind what it has; later it takes the rest."""
    health = Health()
    outbox, recorder = outbox_file(disk.folder / "outbox.db", health)
    tell(outbox, recorder, range(1, 301))
    disk.fill()
    tell(outbox, recorder, range(301, 501))
    log.wait_for("ERROR the outbox")
    assert send(outbox, recorder, 400) == list(range(1, 401))
    disk.empty()
    recorder.write_pending()
    log.wait_for("takes detections again")
    assert log.count("takes nothing") == 1
    assert (health.messages_dropped, health.outbox_faults) == (0, 1)
    recorder.close()
    again, recorder = outbox_file(disk.folder / "outbox.db")
    assert again.last_seq == 500
    assert sent(again, recorder) == list(range(401, 501))


def test_numbers_told_while_the_disk_was_full_are_not_given_again(disk: Disk) -> None:
    """Also when the process dies before there is room: then a gap, but never a number twice."""
    outbox, recorder = outbox_file(disk.folder / "outbox.db")
    tell(outbox, recorder, range(1, 11))
    disk.fill()
    tell(outbox, recorder, range(11, 31))
    recorder.close()
    again, recorder = outbox_file(disk.folder / "outbox.db")
    assert again.last_seq >= 30
    disk.empty()
    recorder.close()
    again, _ = outbox_file(disk.folder / "outbox.db")
    assert again.last_seq >= 30


@pytest.mark.usefixtures("_hurry")
def test_a_disk_that_was_read_only_is_used_once_it_is_not(disk: Disk, log: Log) -> None:
    """The daemon starts all the same, tells from memory, and writes down what is left then."""
    disk.remount("ro")
    outbox, recorder = outbox_file(disk.folder / "outbox.db")
    tell(outbox, recorder, range(1, 11))
    assert send(outbox, recorder, 4) == [1, 2, 3, 4]
    assert log.count("takes nothing") == 1
    disk.remount("rw")
    recorder.write_pending()
    recorder.close()
    assert sent(*outbox_file(disk.folder / "outbox.db")) == [5, 6, 7, 8, 9, 10]


@pytest.mark.usefixtures("_hurry")
def test_a_disk_that_fails_is_opened_anew(tmp_path: Path, log: Log) -> None:
    """Nothing that waits on it or in memory is forgotten, and nothing goes out twice."""
    health = Health()
    outbox, recorder = outbox_file(tmp_path / "outbox.db", health)
    tell(outbox, recorder, range(1, 601))
    with no_file_grows_beyond(100):
        tell(outbox, recorder, range(601, 621))
        log.wait_for("ERROR the outbox")
        first = send(outbox, recorder, 10)
    rest = sent(outbox, recorder)
    assert sorted(first + rest) == list(range(1, 621))
    assert (health.messages_sent, health.messages_dropped, len(outbox)) == (620, 0, 0)
    recorder.close()


@pytest.mark.usefixtures("_hurry")
def test_a_folder_that_cannot_be_made_is_no_reason_to_be_deaf(tmp_path: Path, log: Log) -> None:
    """It is told at the start, and the outbox serves from memory."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    outbox, recorder = outbox_file(tmp_path / "file" / "outbox.db")
    tell(outbox, recorder, range(1, 4))
    assert send(outbox, recorder, 3) == [1, 2, 3]
    assert "told from memory" in log.wait_for("ERROR the outbox")
