"""An outbox whose file or folder is removed or replaced while it is open."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sample_messages import message, outbox_file, sent
from watched_log import Log

from soundpost.health import Health
from soundpost.publish.outbox.outbox import Outbox
from soundpost.publish.outbox.storage import MOST_IN_MEMORY
from soundpost.publish.outbox.writer import OutboxWriter
from soundpost.system.backoff import Backoff

COUNT = 3 * MOST_IN_MEMORY
"""So many messages that most of them are in the file only."""


@pytest.fixture(autouse=True)
def _retry_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the writer retry the disk at every call."""
    monkeypatch.setattr(Backoff, "next_seconds", lambda _: 0.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Provides the path of an outbox in a folder of its own."""
    return tmp_path / "folder" / "outbox.db"


def fill(path: Path, health: Health | None = None) -> tuple[Outbox, OutboxWriter]:
    """Returns an outbox with many stored messages."""
    outbox, writer = outbox_file(path, health)
    for seq in range(1, COUNT + 1):
        outbox.intake.append(message(seq))
    writer.write_pending()
    return outbox, writer


def remove_folder(path: Path) -> None:
    """Removes the folder with all that is in it."""
    shutil.rmtree(path.parent)


def replace_by_empty_file(path: Path) -> None:
    """Puts an empty file in its place."""
    path.with_name("new").touch()
    path.with_name("new").rename(path)


def restore_earlier_copy(path: Path) -> None:
    """Puts a copy in its place that has some of the messages, as a backup does."""
    outbox, writer = outbox_file(path.with_name("backup.db"))
    for seq in range(1, 11):
        outbox.intake.append(message(seq))
    writer.write_pending()
    writer.close()
    path.with_name("backup.db").rename(path)


def mount_over(path: Path) -> None:
    """Puts another, empty folder in place of its folder, as a disk does that is mounted late."""
    path.parent.rename(path.parent.with_name("below"))
    path.parent.mkdir()


@pytest.mark.parametrize(
    "change",
    [remove_folder, Path.unlink, replace_by_empty_file, restore_earlier_copy, mount_over],
)
def test_a_file_that_is_gone_is_noticed_and_begun_anew(
    path: Path, change: object, log: Log
) -> None:
    """No stored message is lost, and after a kill no number is given twice."""
    assert callable(change)
    health = Health()
    outbox, writer = fill(path, health)
    change(path)
    outbox.intake.append(message(COUNT + 1))
    writer.write_pending()
    assert path.exists()
    assert "was removed or replaced while in use" in log.wait_for("ERROR the outbox")
    copy = path.parent.with_name("copy")
    shutil.copytree(path.parent, copy)  # as kill -9 leaves it
    assert sent(outbox, writer) == list(range(1, COUNT + 2))
    assert (health.messages_dropped, health.outbox_faults) == (0, 1)
    again, writer = outbox_file(copy / "outbox.db")
    assert again.intake.last_seq >= COUNT + 1
    assert sent(again, writer) == list(range(1, COUNT + 2))


def test_an_idle_outbox_that_is_gone_is_begun_anew(path: Path) -> None:
    """Within a second, without any message: numbers continue after a kill."""
    outbox, writer = fill(path)
    sent(outbox, writer)
    remove_folder(path)
    writer.write_pending()
    copy = path.parent.with_name("copy")
    shutil.copytree(path.parent, copy)
    again, _ = outbox_file(copy / "outbox.db")
    assert again.intake.last_seq >= COUNT


def test_a_foreign_file_in_its_place_is_not_touched(path: Path, log: Log) -> None:
    """Stored messages are read from the old file, new ones sent from memory, until it is gone."""
    health = Health()
    outbox, writer = fill(path, health)
    path.unlink()
    path.write_text("minutes of the meeting\n")
    outbox.intake.append(message(COUNT + 1))
    numbers = sent(outbox, writer)
    assert numbers == list(range(1, COUNT + 2))
    assert path.read_text() == "minutes of the meeting\n"
    assert "no outbox" in log.wait_for("ERROR the outbox")
    assert (log.count("ERROR"), health.outbox_faults, health.messages_dropped) == (1, 1, 0)
    path.unlink()
    outbox.intake.append(message(COUNT + 2))
    assert sent(outbox, writer) == [COUNT + 2]
    writer.close()
    again, _ = outbox_file(path)
    assert again.intake.last_seq == COUNT + 2


def test_an_outbox_of_another_node_in_its_place_waits_for_the_next_start(
    path: Path, log: Log
) -> None:
    """Its numbers are higher: messages of both would have the same ones."""
    outbox, writer = outbox_file(path)
    outbox.intake.append(message(1))
    writer.write_pending()
    other = path.with_name("other.db")
    _, other_writer = fill(other)
    other_writer.close()
    other.rename(path)
    before = path.read_bytes()
    outbox.intake.append(message(2))
    assert sent(outbox, writer) == [1, 2]
    assert "later than those of this run" in log.wait_for("ERROR the outbox")
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT count(*) FROM detections").fetchone() == (COUNT,)
    assert path.stat().st_size == len(before)


def test_a_folder_that_cannot_be_made_again_leaves_the_messages_readable(
    path: Path, log: Log
) -> None:
    """A file has its name: an outage, with one line; the old file is open until it ends."""
    health = Health()
    outbox, writer = fill(path, health)
    remove_folder(path)
    path.parent.write_text("")
    outbox.intake.append(message(COUNT + 1))
    assert sent(outbox, writer) == list(range(1, COUNT + 2))
    assert (log.count("ERROR"), health.outbox_faults) == (1, 1)
    path.parent.unlink()
    outbox.intake.append(message(COUNT + 2))
    assert sent(outbox, writer) == [COUNT + 2]
    assert path.exists()


def test_a_link_that_is_changed_is_a_new_file(path: Path) -> None:
    """The path may lead elsewhere, without any change of the file itself."""
    outbox, writer = fill(path)
    elsewhere = path.parent.with_name("elsewhere")
    elsewhere.mkdir()
    path.rename(elsewhere / "old.db")
    path.symlink_to(elsewhere / "new.db")
    assert sent(outbox, writer) == list(range(1, COUNT + 1))
    assert (elsewhere / "new.db").exists()
    assert path.is_symlink()
