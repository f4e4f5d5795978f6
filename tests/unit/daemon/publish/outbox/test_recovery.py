"""What a disk does to an outbox: garbage, holes, no room, no right to write."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_messages import message, outbox_file, sent
from watched_log import Log

from soundpost.health import Health
from soundpost.messages import encode
from soundpost.publish.outbox import recovery as damage

PAGE_BYTES = 4_096


def write_outbox(path: Path, count: int = 2_000) -> None:
    """An outbox with so many messages, from a run that ended well."""
    outbox, recorder = outbox_file(path)
    for seq in range(1, count + 1):
        outbox.append(message(seq))
    recorder.write_pending()
    recorder.close()


def aside(folder: Path) -> list[Path]:
    """The files that were set aside."""
    return sorted(folder.glob("outbox.db.damaged-*Z"))


def overwrite(path: Path, offset: int, data: bytes) -> None:
    """Put other bytes in the place of some."""
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
def test_garbage_is_set_aside_and_told(tmp_path: Path, garbage: bytes, log: Log) -> None:
    """Nothing is destroyed, a new file serves, and numbers go on above those of before."""
    path = tmp_path / "outbox.db"
    write_outbox(path, 7)
    path.write_bytes(garbage)
    health = Health()
    outbox, recorder = outbox_file(path, health)
    assert outbox.last_seq >= 7
    outbox.append(message(outbox.last_seq + 1))
    assert len(sent(outbox, recorder)) == 1
    assert [file.read_bytes() for file in aside(tmp_path)] == [garbage]
    assert health.outbox_faults == 1
    assert aside(tmp_path)[0].name in log.wait_for("ERROR the outbox")
    recorder.close()


def test_a_schema_that_cannot_even_be_quoted_is_damage(tmp_path: Path) -> None:
    """SQLite says what it found there, which is no text, and Python chokes on the error."""
    path = tmp_path / "outbox.db"
    write_outbox(path, 7)
    name = path.read_bytes().index(b"tabledetections") + len("table")
    overwrite(path, name, b"\xbe" * 2 * len("detections") + b"\x7f" + b"CREATE TABLE \xbe")
    outbox, recorder = outbox_file(path)
    assert len(aside(tmp_path)) == 1
    outbox.append(message(outbox.last_seq + 1))
    assert sent(outbox, recorder)[-1] == outbox.last_seq
    recorder.close()


def test_a_zeroed_page_costs_what_was_on_it(tmp_path: Path) -> None:
    """What lies before the hole and what lies behind it is taken over, in order."""
    path = tmp_path / "outbox.db"
    write_outbox(path)
    overwrite(path, 60 * PAGE_BYTES, b"\0" * PAGE_BYTES)
    outbox, recorder = outbox_file(path)
    assert len(aside(tmp_path)) == 1  # found before anything is sent
    got = sent(outbox, recorder)
    missing = sorted(set(range(1, 2_001)) - set(got))
    assert got == sorted(got)
    assert missing == list(range(missing[0], missing[-1] + 1))
    assert 0 < len(missing) < 20
    assert len(aside(tmp_path)) == 1


@pytest.mark.parametrize("pages", range(1, 9))
def test_no_number_is_given_twice_when_the_youngest_messages_are_lost(
    tmp_path: Path, pages: int
) -> None:
    """The file lacks its end, where the last numbers stand, and some of the rest can be read."""
    path = tmp_path / "outbox.db"
    write_outbox(path, 500)
    os.truncate(path, path.stat().st_size - pages * PAGE_BYTES + 1)
    for _ in range(2):
        outbox, recorder = outbox_file(path)
        assert outbox.last_seq >= 500
        recorder.close()


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
    """SQLite takes a file for whole in which its own table of numbers says something else."""
    path = tmp_path / "outbox.db"
    write_outbox(path, 7)
    with closing(sqlite3.connect(path)) as database:
        database.execute(garbage)
        database.commit()
    outbox, recorder = outbox_file(path)
    next_seq = outbox.last_seq + 1
    assert 7 < next_seq < 10_000
    outbox.append(message(next_seq))
    told = sent(outbox, recorder)
    assert told[:6] == [1, 2, 3, 4, 5, 6]
    assert told[-1] == next_seq
    recorder.close()


@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_a_truncated_file_gives_what_it_still_has(tmp_path: Path, data: st.DataObject) -> None:
    """Cut anywhere, it neither stops the daemon nor invents or disorders a message."""
    path = tmp_path / "outbox.db"
    for file in tmp_path.iterdir():
        file.unlink()
    write_outbox(path, 500)
    os.truncate(path, data.draw(st.integers(0, path.stat().st_size - 1)))
    outbox, recorder = outbox_file(path)
    assert outbox.last_seq >= 500
    got = sent(outbox, recorder)
    assert got == sorted(set(got))
    assert set(got) <= set(range(1, 501))
    recorder.close()


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_a_flipped_byte_never_becomes_a_message(tmp_path: Path, data: st.DataObject) -> None:
    """What is sent is what was told, byte for byte, or it is not sent and counted as lost."""
    path = tmp_path / "outbox.db"
    for file in tmp_path.iterdir():
        file.unlink()
    write_outbox(path, 100)
    at = data.draw(st.integers(0, path.stat().st_size - 1))
    overwrite(path, at, bytes([path.read_bytes()[at] ^ data.draw(st.integers(1, 255))]))
    health = Health()
    outbox, recorder = outbox_file(path, health)
    recorder.write_pending()
    entries = outbox.loaded()
    assert [entry.payload for entry in entries] == [encode(message(e.seq)) for e in entries]
    assert len(entries) + (health.messages_dropped or 100 * health.outbox_faults) >= 100
    recorder.close()


def test_damage_under_way_is_survived(tmp_path: Path, log: Log) -> None:
    """A page that rots while the daemon runs costs what was on it, and what is told goes on."""
    path = tmp_path / "outbox.db"
    write_outbox(path, 8_000)  # more than SQLite has in memory
    health = Health()
    outbox, recorder = outbox_file(path, health)
    recorder.write_pending()
    overwrite(path, 300 * PAGE_BYTES, b"\xff" * PAGE_BYTES)
    outbox.append(message(8_001))
    got = sent(outbox, recorder)
    assert got == sorted(set(got))
    assert got[-1] == 8_001
    assert health.messages_dropped == 8_001 - len(got) > 0
    assert (health.outbox_faults, len(aside(tmp_path)), len(outbox)) == (1, 1, 0)
    log.wait_for("detections are lost with it")
    recorder.close()


def test_only_the_latest_damaged_files_are_kept(tmp_path: Path) -> None:
    """A disk that breaks every file is not filled with them."""
    for number in range(5):
        (tmp_path / "outbox.db").write_bytes(b"%d" % number * 1_000)
        _, recorder = outbox_file(tmp_path / "outbox.db")
        recorder.close()
    assert [file.read_bytes()[:1] for file in aside(tmp_path)] == [b"3", b"4"]
    assert len(aside(tmp_path)) == damage.KEPT


def test_a_foreign_database_is_not_written_into(tmp_path: Path) -> None:
    """It is set aside as it was."""
    path = tmp_path / "outbox.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE precious (value)")
    database.close()
    before = path.read_bytes()
    _, recorder = outbox_file(path)
    assert aside(tmp_path)[0].read_bytes() == before
    recorder.close()
