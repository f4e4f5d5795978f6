"""Every operation on the outbox's file fails in every way: an outage, and never the end."""

import errno
import sqlite3
from pathlib import Path

import pytest
from sample_messages import message, outbox_file, sent
from watched_log import Log

from soundpost.health import Health
from soundpost.publish.outbox.database import Database
from soundpost.publish.outbox.faults.high_water_mark import HighWaterMark
from soundpost.publish.outbox.open_events import OpenEventsTable
from soundpost.publish.outbox.store import Store
from soundpost.sqlite.damage import DamagedFileError
from soundpost.system.backoff import Backoff

COUNT = 250
"""More messages than wait in memory, so that some are read from the file."""
OPERATIONS = (
    (Store, "write"),
    (Store, "read_after"),
    (Store, "advance"),
    (Store, "shrink"),
    (Store, "write_retained_topics"),
    (OpenEventsTable, "write"),
    (Database, "number"),
    (Database, "_verify"),
    (HighWaterMark, "raise_above"),
)
CERTAIN = (
    (Store, "write"),
    (OpenEventsTable, "write"),
    (Database, "number"),
    (HighWaterMark, "raise_above"),
)
"""Operations that every write needs."""
FAILURES = (
    OSError(errno.EIO, "I/O error"),
    sqlite3.OperationalError("disk I/O error"),
    sqlite3.DatabaseError("file is not a database"),
    DamagedFileError("garbage"),
)


@pytest.fixture(autouse=True)
def _retry_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the writer retry the disk at every call."""
    monkeypatch.setattr(Backoff, "next_seconds", lambda _: 0.0)


@pytest.mark.parametrize("failure", FAILURES, ids=str)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation[1])
def test_a_failure_is_an_outage(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    log: Log,
    operation: tuple[type, str],
    failure: Exception,
) -> None:
    """New messages are sent from memory meanwhile, and nothing that is stored is lost."""
    if operation[0] is HighWaterMark:
        failure = OSError(errno.EIO, str(failure))  # it is no database
    health = Health()
    outbox, writer = outbox_file(tmp_path / "outbox.db", health)
    for seq in range(1, COUNT + 1):
        outbox.intake.append(message(seq))
    writer.write_pending()

    def fail(*_: object, **__: object) -> None:
        raise failure

    with monkeypatch.context() as broken:
        broken.setattr(*operation, fail)
        for seq in range(COUNT + 1, COUNT + 4):
            outbox.intake.append(message(seq))
            writer.write_pending()
        numbers = sent(outbox, writer)
        assert log.count("cannot be written") <= 1
    numbers += sent(outbox, writer)
    lost = COUNT + 3 - len(set(numbers))
    assert lost == health.messages_dropped
    assert not lost or isinstance(failure, DamagedFileError)
    assert len(outbox.feed) == 0
    writer.close()


@pytest.mark.parametrize("operation", CERTAIN, ids=lambda operation: operation[1])
def test_a_bug_is_no_outage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, operation: tuple[type, str]
) -> None:
    """It ends the thread with a traceback."""
    outbox, writer = outbox_file(tmp_path / "outbox.db")
    outbox.intake.append(message(1))
    monkeypatch.setattr(*operation, None)
    with pytest.raises(TypeError, match="not callable"):
        writer.write_pending()
