"""Events that a run leaves open, in the outbox's file."""

import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from full_disk import Disk
from hypothesis import given
from hypothesis import strategies as st
from sample_messages import message, outbox_file, sent, summary

from soundpost.events import State
from soundpost.messages import DetectionMessage, encode
from soundpost.publish.outbox import open_events
from soundpost.publish.outbox.open_events import follow
from soundpost.publish.outbox.outbox import Outbox
from soundpost.publish.outbox.record import OutboxRecord, row_of
from soundpost.publish.outbox.writer import OutboxWriter
from soundpost.system.backoff import Backoff


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Provides the path of a file that is not there yet."""
    return tmp_path / "outbox.db"


def append(outbox: Outbox, writer: OutboxWriter, *messages: DetectionMessage) -> None:
    """Appends messages, and writes them."""
    for each in messages:
        outbox.intake.append(each)
    writer.write_pending()


def killed(path: Path, writer: OutboxWriter) -> Path:
    """Returns the path of a copy of the file, as kill -9 leaves it now."""
    folder = path.parent / "copy"
    folder.mkdir()
    for file in path.parent.glob("outbox.db*"):
        shutil.copy(file, folder)
    writer.close()
    return folder / path.name


def left_open(outbox: Outbox) -> list[tuple[str, State]]:
    """Returns the id and the latest state of each event that an earlier run left open."""
    events = outbox.intake.pop_left_open()
    return [(event.message.id, event.message.state) for event in events]


def test_events_without_an_end_are_left_to_the_next_run(path: Path) -> None:
    """Each with its latest state, although all messages were acknowledged; in order of `seq`."""
    outbox, writer = outbox_file(path)
    append(
        outbox,
        writer,
        message(1, event_id="a"),
        message(2, event_id="b"),
        message(3, event_id="c"),
        message(4, event_id="d"),
        message(5, event_id="a", state=State.CONFIRMED),
        message(6, event_id="b", state=State.RETRACTED),
        message(7, event_id="c", state=State.CONFIRMED),
        message(8, event_id="c", state=State.ENDED),
    )
    assert len(sent(outbox, writer)) == 8
    again, _ = outbox_file(killed(path, writer))
    assert left_open(again) == [("d", State.STARTED), ("a", State.CONFIRMED)]
    assert left_open(again) == []


def test_an_end_that_was_not_stored_is_published_again_by_the_next_run(path: Path) -> None:
    """A second kill between reading and storing loses no end, and one after it adds none."""
    outbox, writer = outbox_file(path)
    append(outbox, writer, message(1, event_id="a"))
    second, writer = outbox_file(path := killed(path, writer))
    assert left_open(second) == [("a", State.STARTED)]
    second.intake.append(message(2, event_id="a", state=State.RETRACTED))
    third, writer = outbox_file(path := killed(path, writer))
    assert left_open(third) == [("a", State.STARTED)]
    assert third.intake.last_seq == 1
    append(third, writer, message(2, event_id="a", state=State.RETRACTED))
    fourth, writer = outbox_file(killed(path, writer))
    assert left_open(fourth) == []
    assert sent(fourth, writer) == [1, 2]


def test_events_of_this_run_are_not_left_open(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file may be opened several times in a run."""
    monkeypatch.setattr(Backoff, "next_seconds", lambda _: 0.0)
    outbox, writer = outbox_file(path)
    append(outbox, writer, message(1, event_id="a"))
    path.unlink()
    append(outbox, writer, message(2, event_id="b"))
    assert left_open(outbox) == []
    again, _ = outbox_file(killed(path, writer))
    assert left_open(again) == [("a", State.STARTED), ("b", State.STARTED)]


def test_events_that_changed_while_the_disk_was_full_are_stored_later(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their messages were sent from memory, and acknowledged, before the disk had space."""
    monkeypatch.setattr(Backoff, "next_seconds", lambda _: 0.0)
    path = disk.folder / "outbox.db"
    outbox, writer = outbox_file(path)
    append(outbox, writer, message(1, event_id="a"), message(2, event_id="b"))
    sent(outbox, writer)
    disk.fill()
    append(outbox, writer, message(3, event_id="a", state=State.RETRACTED))
    append(outbox, writer, message(4, event_id="c"))
    assert sent(outbox, writer) == [3, 4]
    disk.empty()
    writer.write_pending()
    writer.close()
    again, _ = outbox_file(path)
    assert left_open(again) == [("b", State.STARTED), ("c", State.STARTED)]


def test_events_of_a_file_that_cannot_be_opened_at_the_start_are_ended_later(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is read-only until the daemon runs."""
    monkeypatch.setattr(Backoff, "next_seconds", lambda _: 0.0)
    path = disk.folder / "outbox.db"
    outbox, writer = outbox_file(path)
    append(outbox, writer, message(1, event_id="a"))
    writer.close()
    disk.remount("ro")
    again, writer = outbox_file(path)
    assert left_open(again) == []
    disk.remount("rw")
    writer.write_pending()
    assert left_open(again) == [("a", State.STARTED)]
    seq = again.intake.last_seq + 1
    append(again, writer, message(seq, event_id="a", state=State.RETRACTED))
    assert sent(again, writer) == [1, seq]
    third, _ = outbox_file(killed(path, writer))
    assert left_open(third) == []


def test_a_file_of_an_earlier_release_is_used(path: Path) -> None:
    """It has no table of open events; the next write adds it."""
    outbox, writer = outbox_file(path)
    append(outbox, writer, message(1, event_id="a"))
    writer.close()
    with closing(sqlite3.connect(path)) as database:
        database.execute("DROP TABLE open_events")
        database.execute("DROP TABLE retained_topics")
    again, writer = outbox_file(path)
    assert left_open(again) == []
    append(again, writer, message(2, event_id="b"))
    assert sent(again, writer) == [1, 2]
    third, _ = outbox_file(killed(path, writer))
    assert left_open(third) == [("b", State.STARTED)]


@pytest.mark.parametrize(
    "garbage",
    [
        "UPDATE open_events SET payload = x'00'",
        "UPDATE open_events SET crc32 = crc32 + 1",
        "UPDATE open_events SET seq = seq + 1",
        "UPDATE open_events SET payload = 'text'",
        "UPDATE open_events SET seen_utc_ns = x'00', crc32 = 'x'",
    ],
)
def test_a_damaged_row_is_left_out(path: Path, garbage: str) -> None:
    """It is removed with the next write; messages are not affected."""
    outbox, writer = outbox_file(path)
    append(outbox, writer, message(1, event_id="a"))
    writer.close()
    with closing(sqlite3.connect(path)) as database:
        database.execute(garbage)
        database.commit()
    again, writer = outbox_file(path)
    assert left_open(again) == []
    assert sent(again, writer) == [1]
    writer.close()
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT count(*) FROM open_events").fetchone() == (0,)


def test_the_time_until_which_an_event_lasted_is_stored_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it lasts no message follows, and the power may fail hours after `confirmed`."""
    monkeypatch.setattr(open_events, "_STAMP_SECONDS", 0.0)
    outbox, writer = outbox_file(path)
    append(outbox, writer, message(1, event_id="a"))
    monkeypatch.setattr(time, "time_ns", lambda: 1_795_159_999_000_000_000)
    writer.write_pending()
    again, _ = outbox_file(killed(path, writer))
    (event,) = again.intake.pop_left_open()
    assert event.seen_utc_ns == 1_795_159_999_000_000_000


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(State))))
def test_open_events_are_those_whose_latest_message_is_no_end(
    steps: list[tuple[int, State]],
) -> None:
    """However many messages of however many events follow each other."""
    latest = {str(event): seq for seq, (event, _) in enumerate(steps, 1)}
    records = [
        OutboxRecord(seq, encode(message(seq, event_id=str(event), state=state)), 0.0)
        for seq, (event, state) in enumerate(steps, 1)
    ]
    result = follow({}, records)
    over = {State.ENDED, State.RETRACTED}
    expected = {event: seq for event, seq in latest.items() if steps[seq - 1][1] not in over}
    assert {event: record.seq for event, record in result.items()} == expected


@pytest.mark.parametrize("payload", [b"", b"\xff", b"{}", b'{"id": 1, "state": "started"}'])
def test_a_payload_of_another_version_changes_nothing(payload: bytes) -> None:
    """A row of it may wait in the file."""
    assert follow({}, [OutboxRecord(1, payload, 0.0)]) == {}


def test_a_message_of_a_later_release_is_ended_too(path: Path) -> None:
    """After a downgrade: fields that are not known are left out."""
    outbox, writer = outbox_file(path)
    append(outbox, writer, message(1, event_id="a"))
    writer.close()
    fields = msgspec.json.decode(encode(message(1, event_id="a"))) | {"bearing": 37.5}
    record = OutboxRecord(1, msgspec.json.encode(fields), 0.0)
    with closing(sqlite3.connect(path)) as database:
        row = row_of(record)
        database.execute("UPDATE open_events SET crc32 = ?, payload = ?", row[2:])
        database.commit()
    again, _ = outbox_file(path)
    (event,) = again.intake.pop_left_open()
    assert event.message == message(1, event_id="a")


def test_a_summary_is_stored_and_leaves_nothing_open(path: Path) -> None:
    """It waits in the file for the next run; a label that went on has no event to end."""
    outbox, writer = outbox_file(path)
    outbox.intake.append(message(1))
    outbox.intake.append(summary(2))
    writer.write_pending()
    outbox, writer = outbox_file(killed(path, writer))
    assert left_open(outbox) == [("0197", State.STARTED)]
    assert outbox.intake.last_seq == 2
    assert sent(outbox, writer) == [1, 2]
