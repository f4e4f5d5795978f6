"""Damaged files: garbage, holes, missing ends, flipped bytes."""

import os
import shutil
import sqlite3
import struct
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_messages import message, outbox_file, sent
from watched_log import Log

from soundpost.health import Health
from soundpost.messages import encode

PAGE_BYTES = 4_096


def write_outbox(path: Path, count: int = 2_000) -> None:
    """Writes an outbox with so many messages, from a run that was closed properly."""
    outbox, writer = outbox_file(path)
    for seq in range(1, count + 1):
        outbox.intake.append(message(seq))
    writer.write_pending()
    writer.close()


def aside(folder: Path) -> list[Path]:
    """Returns the files that were set aside."""
    return sorted(folder.glob("outbox.db.damaged-*Z"))


def overwrite(path: Path, offset: int, data: bytes) -> None:
    """Overwrites some bytes of a file."""
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)


@pytest.mark.parametrize(
    "garbage",
    [
        pytest.param(b"\0" * 50_000, id="zeros"),
        pytest.param(b"not a database at all\n" * 100, id="text"),
        pytest.param(b"SQLite format 3\0" + b"\xff" * 5_000, id="half a header"),
    ],
)
def test_garbage_is_set_aside_and_logged(tmp_path: Path, garbage: bytes, log: Log) -> None:
    """The garbage is preserved, a new file is used, and numbers continue above the old ones."""
    path = tmp_path / "outbox.db"
    write_outbox(path, 7)
    path.write_bytes(garbage)
    health = Health()
    outbox, writer = outbox_file(path, health)
    assert outbox.intake.last_seq >= 7
    outbox.intake.append(message(outbox.intake.last_seq + 1))
    assert len(sent(outbox, writer)) == 1
    assert [file.read_bytes() for file in aside(tmp_path)] == [garbage]
    assert health.outbox_faults == 1
    assert aside(tmp_path)[0].name in log.wait_for("ERROR the outbox")
    writer.close()


def test_a_schema_that_is_not_utf_8_is_damage(tmp_path: Path) -> None:
    """SQLite quotes it in its message, and Python raises UnicodeDecodeError for that."""
    path = tmp_path / "outbox.db"
    write_outbox(path, 7)
    name = path.read_bytes().index(b"tabledetections") + len("table")
    overwrite(path, name, b"\xbe" * 2 * len("detections") + b"\x7f" + b"CREATE TABLE \xbe")
    outbox, writer = outbox_file(path)
    assert len(aside(tmp_path)) == 1
    outbox.intake.append(message(outbox.intake.last_seq + 1))
    assert sent(outbox, writer)[-1] == outbox.intake.last_seq
    writer.close()


def test_a_zeroed_page_costs_what_was_on_it(tmp_path: Path) -> None:
    """Messages before and behind the hole are salvaged, in order."""
    path = tmp_path / "outbox.db"
    write_outbox(path)
    overwrite(path, 60 * PAGE_BYTES, b"\0" * PAGE_BYTES)
    outbox, writer = outbox_file(path)
    assert len(aside(tmp_path)) == 1  # found before anything is sent
    numbers = sent(outbox, writer)
    missing = sorted(set(range(1, 2_001)) - set(numbers))
    assert numbers == sorted(numbers)
    assert missing == list(range(missing[0], missing[-1] + 1))
    assert 0 < len(missing) < 20
    assert len(aside(tmp_path)) == 1


@pytest.mark.parametrize("pages", range(1, 9))
def test_no_number_is_given_twice_when_the_youngest_messages_are_lost(
    tmp_path: Path, pages: int
) -> None:
    """The file lacks its end, which holds the last numbers, and some of the rest is readable."""
    path = tmp_path / "outbox.db"
    write_outbox(path, 500)
    os.truncate(path, path.stat().st_size - pages * PAGE_BYTES + 1)
    for _ in range(2):
        outbox, writer = outbox_file(path)
        assert outbox.intake.last_seq >= 500
        writer.close()


@pytest.mark.parametrize(
    "garbage",
    [
        "DELETE FROM sqlite_sequence",
        "UPDATE sqlite_sequence SET seq = 0",
        "UPDATE sqlite_sequence SET seq = 1",
        "UPDATE sqlite_sequence SET seq = 9223372036854775807",
        "UPDATE sqlite_sequence SET seq = 'x'",
        "UPDATE sqlite_sequence SET seq = x'00'",
        "UPDATE detections SET seq = 9223372036854775807 WHERE seq = 7",
        "UPDATE detections SET seq = 9007199254740992 WHERE seq = 7",
    ],
)
def test_a_wrong_count_of_numbers_loses_nothing_and_repeats_none(
    tmp_path: Path, garbage: str
) -> None:
    """SQLite's check accepts a file whose table of numbers is wrong."""
    path = tmp_path / "outbox.db"
    write_outbox(path, 7)
    with closing(sqlite3.connect(path)) as database:
        database.execute(garbage)
        database.commit()
    outbox, writer = outbox_file(path)
    next_seq = outbox.intake.last_seq + 1
    assert 7 < next_seq < 10_000
    outbox.intake.append(message(next_seq))
    numbers = sent(outbox, writer)
    assert numbers[:6] == [1, 2, 3, 4, 5, 6]
    assert numbers[-1] == next_seq
    writer.close()


@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_a_truncated_file_yields_its_readable_messages(tmp_path: Path, data: st.DataObject) -> None:
    """Cut anywhere, it does not stop the daemon, and adds or reorders no message."""
    path = tmp_path / "outbox.db"
    for file in tmp_path.iterdir():
        file.unlink()
    write_outbox(path, 500)
    os.truncate(path, data.draw(st.integers(0, path.stat().st_size - 1)))
    outbox, writer = outbox_file(path)
    assert outbox.intake.last_seq >= 500
    numbers = sent(outbox, writer)
    assert numbers == sorted(set(numbers))
    assert set(numbers) <= set(range(1, 501))
    writer.close()


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_a_flipped_byte_never_becomes_a_message(tmp_path: Path, data: st.DataObject) -> None:
    """A message is sent byte for byte as it was appended, or not sent and counted as lost."""
    path = tmp_path / "outbox.db"
    for file in tmp_path.iterdir():
        file.unlink()
    write_outbox(path, 100)
    at = data.draw(st.integers(0, path.stat().st_size - 1))
    overwrite(path, at, bytes([path.read_bytes()[at] ^ data.draw(st.integers(1, 255))]))
    health = Health()
    outbox, writer = outbox_file(path, health)
    writer.write_pending()
    records = outbox.storage.stored_in_memory()
    assert [record.payload for record in records] == [encode(message(e.seq)) for e in records]
    assert len(records) + (health.messages_dropped or 100 * health.outbox_faults) >= 100
    writer.close()


def test_damage_during_a_run_costs_only_the_damaged_page(tmp_path: Path, log: Log) -> None:
    """Messages on a page that breaks while the daemon runs are lost; the others are sent."""
    path = tmp_path / "outbox.db"
    write_outbox(path, 8_000)  # more than SQLite has in memory
    health = Health()
    outbox, writer = outbox_file(path, health)
    writer.write_pending()
    overwrite(path, 300 * PAGE_BYTES, b"\xff" * PAGE_BYTES)
    outbox.intake.append(message(8_001))
    numbers = sent(outbox, writer)
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == 8_001
    assert health.messages_dropped == 8_001 - len(numbers) > 0
    assert (health.outbox_faults, len(aside(tmp_path)), len(outbox.feed)) == (1, 1, 0)
    log.wait_for("detections are lost with it")
    writer.close()


def test_only_the_latest_damaged_files_are_kept(tmp_path: Path) -> None:
    """A disk that damages every file is not filled with them."""
    write_outbox(tmp_path / "outbox.db", 1)
    for number in range(5):
        (tmp_path / "outbox.db").write_bytes(b"%d" % number * 1_000)
        _, writer = outbox_file(tmp_path / "outbox.db")
        writer.close()
    assert [file.read_bytes()[:1] for file in aside(tmp_path)] == [b"3", b"4"]


def test_open_events_are_taken_over_with_the_rows(tmp_path: Path) -> None:
    """The event of a damaged file is still ended, at the time until which it was known to last."""
    path = tmp_path / "outbox.db"
    write_outbox(path, 500)
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE open_events SET seen_utc_ns = 1795159881480000000")
        database.commit()
    overwrite(path, 30 * PAGE_BYTES, b"\0" * PAGE_BYTES)
    outbox, _ = outbox_file(path)
    assert len(aside(tmp_path)) == 1
    (event,) = outbox.intake.pop_left_open()
    assert (event.message, event.seen_utc_ns) == (message(500), 1_795_159_881_480_000_000)


def test_a_log_of_another_version_of_sqlite_does_not_hide_the_rows(tmp_path: Path) -> None:
    """SQLite refuses to open such a file; what was in it before the log is read without it."""
    path = tmp_path / "outbox.db"
    write_outbox(path, 7)
    outbox, writer = outbox_file(path)
    outbox.intake.append(message(8))
    writer.write_pending()
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in tmp_path.glob("outbox.db*"):
        shutil.copy(file, copy)
    writer.close()
    overwrite_log_version(copy / "outbox.db-wal")
    again, writer = outbox_file(copy / "outbox.db")
    assert len(aside(copy)) == 1
    assert again.intake.last_seq >= 8
    assert sent(again, writer) == [1, 2, 3, 4, 5, 6, 7]


def overwrite_log_version(log: Path) -> None:
    """Gives a log (WAL) another version, with a right checksum, as another SQLite would."""
    header = bytearray(log.read_bytes()[:32])
    header[4:8] = (3_008_000).to_bytes(4, "big")
    words = struct.unpack(">6I" if header[3] & 1 else "<6I", header[:24])
    first = second = 0
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = (first + even + second) & 0xFFFFFFFF
        second = (second + odd + first) & 0xFFFFFFFF
    overwrite(log, 0, bytes(header[:24]) + struct.pack(">2I", first, second))
