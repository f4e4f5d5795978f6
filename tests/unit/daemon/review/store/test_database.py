"""The file of the store: versions, garbage, full and read-only disks, several processes, kills."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from full_disk import Disk, files_of_at_most
from review_events import add_events, event_id, review_event

from soundpost.errors import ReviewError
from soundpost.review import (
    Decision,
    ReviewStore,
    Selection,
    Verdict,
    default_store_path,
    open_store,
)
from soundpost.review.store import database
from soundpost.review.store.migrations import MIGRATIONS

RECORD_FOREVER = """
import sys
from pathlib import Path
from soundpost.review import *
store = ReviewStore(Path(sys.argv[1]))
while True:
    number = store.record([Decision(sys.argv[2], Verdict.RIGHT)], sys.argv[3])
    print(number, flush=True)
"""
RECORD_SOME = """
import sys
from pathlib import Path
from soundpost.review import *
store = ReviewStore(Path(sys.argv[1]))
numbers = [store.record([Decision(e.event.id, Verdict.WRONG)], sys.argv[2])
           for e in store.events(Selection()) for _ in range(5)]
for number in numbers[::2]:
    assert len(store.undo(number)) == 1
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file of a store with two events."""
    store = ReviewStore(tmp_path / "review.db")
    add_events(store, tmp_path, review_event(0), review_event(1))
    store.close()
    return tmp_path / "review.db"


def test_the_file_lies_in_the_state_folder_of_a_service_or_in_the_users_data() -> None:
    """A relative XDG_DATA_HOME is ignored, as the specification has it."""
    service = {"STATE_DIRECTORY": "/var/lib/soundpost:/other", "XDG_DATA_HOME": "/data"}
    assert default_store_path(service) == Path("/var/lib/soundpost/review.db")
    assert default_store_path({"XDG_DATA_HOME": "/data"}) == Path("/data/soundpost/review.db")
    home = Path.home() / ".local" / "share" / "soundpost" / "review.db"
    assert default_store_path({"XDG_DATA_HOME": "data"}) == home
    assert default_store_path({}) == home
    source = {"STATE_DIRECTORY": "/var/lib/soundpost/sources/yard"}
    assert default_store_path(source) == Path("/var/lib/soundpost/review.db")


def test_a_person_who_may_write_to_the_folder_of_the_service_reviews_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By sudo: the file belongs to the service, which teaches with these verdicts."""
    folder = tmp_path / "soundpost"
    monkeypatch.setattr(database, "SERVICE_FOLDER", folder)
    assert default_store_path({"XDG_DATA_HOME": "/data"}) == Path("/data/soundpost/review.db")
    folder.mkdir()
    path = default_store_path({"XDG_DATA_HOME": "/data"})
    assert path == folder / "review.db"
    if os.geteuid() == 0:
        os.chown(folder, 4_321, 4_322)
    with open_store(path) as store:
        add_events(store, tmp_path, review_event(0))
        for file in folder.iterdir():  # those of the log of writes too
            status = file.stat()
            assert (status.st_uid, status.st_gid) == (folder.stat().st_uid, folder.stat().st_gid)
        assert len(list(folder.iterdir())) == 3


def test_its_folder_is_created_and_others_may_not_read_it(tmp_path: Path) -> None:
    """Names of people and of places are private."""
    path = tmp_path / "new" / "folder" / "review.db"
    ReviewStore(path).close()
    assert path.stat().st_mode & 0o007 == 0


def test_a_store_of_a_newer_version_is_refused_and_left_as_it_is(path: Path) -> None:
    """The hint says what to do."""
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(ReviewError, match="is of version 2") as raised:
        ReviewStore(path)
    assert "newer Soundpost" in raised.value.hint
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"verdicts\n" * 100, "not a database"),
        (b"SQLite format 3\0" + b"\xff" * 4_080, "not a database|malformed"),
        (b"x", "not a database"),
    ],
)
def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    """Verdicts are the work of people: nothing is set aside or replaced by itself."""
    path = tmp_path / "review.db"
    path.write_bytes(content)
    with pytest.raises(ReviewError, match=reason) as raised:
        ReviewStore(path)
    assert "--store" in raised.value.hint
    assert path.read_bytes() == content


def test_a_database_of_another_program_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    """It gets no tables."""
    path = tmp_path / "review.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE events (id TEXT)")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    with pytest.raises(ReviewError, match="another program"):
        ReviewStore(path)
    assert path.read_bytes() == before


def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    """A kill before the first write leaves one."""
    (tmp_path / "review.db").touch()
    store = ReviewStore(tmp_path / "review.db")
    assert store.events(Selection()) == []


def test_a_folder_in_its_place_is_reported(tmp_path: Path) -> None:
    """Not a traceback."""
    with pytest.raises(ReviewError, match="unable to open"):
        ReviewStore(tmp_path)


@pytest.mark.parametrize("size", [4_096 * 2, 1])
def test_a_store_that_was_cut_is_reported(path: Path, size: int) -> None:
    """At the latest when its rows are read."""
    os.truncate(path, size)
    with pytest.raises(ReviewError):
        ReviewStore(path).events(Selection())


def fill_up(store: ReviewStore) -> None:
    """Records verdicts until the pages and the log of the file are used up."""
    for _ in range(1_000):
        store.record([Decision(event_id(1), Verdict.WRONG)], "x" * 2_000)


def test_a_full_disk_is_reported_and_verdicts_are_stored_again_afterwards(disk: Disk) -> None:
    """The verdicts before are there."""
    store = ReviewStore(disk.folder / "review.db")
    add_events(store, disk.folder, review_event(0), review_event(1))
    store.record([Decision(event_id(0), Verdict.RIGHT)])
    disk.fill()
    with pytest.raises(ReviewError, match=r"full|I/O") as raised:
        fill_up(store)
    assert "the verdicts before are stored" in raised.value.hint
    assert store.event(event_id(0)).true_label == "dog"
    disk.empty()
    store.record([Decision(event_id(1), Verdict.UNSURE)])
    decision = store.event(event_id(1)).decision
    assert decision is not None
    assert decision.verdict is Verdict.UNSURE


def test_a_file_that_may_not_grow_is_reported(tmp_path: Path) -> None:
    """As a quota or a limit of the process has it."""
    previous = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        with files_of_at_most(8_192), pytest.raises(ReviewError):
            ReviewStore(tmp_path / "review.db")
    finally:
        signal.signal(signal.SIGXFSZ, previous)


def test_a_read_only_disk_is_reported(disk: Disk) -> None:
    """With a hint that names another place."""
    ReviewStore(disk.folder / "review.db").close()
    disk.remount("ro")
    with pytest.raises(ReviewError) as raised:
        ReviewStore(disk.folder / "review.db")
    assert "--store" in raised.value.hint


def test_processes_that_begin_a_store_and_write_to_it_at_once_lose_nothing(
    tmp_path: Path, path: Path
) -> None:
    """Each of six creates another store at the same moment, and then writes to one."""
    new = tmp_path / "new.db"
    create = "import sys; from pathlib import Path; from soundpost.review import *; "
    create += "ReviewStore(Path(sys.argv[1])).close()"
    started = [subprocess.Popen([sys.executable, "-c", create, str(new)]) for _ in range(6)]
    started += [
        subprocess.Popen([sys.executable, "-c", RECORD_SOME, str(path), str(number)])
        for number in range(3)
    ]
    assert [process.wait(120) for process in started] == [0] * 9
    store = ReviewStore(path)
    history = [given for at in (0, 1) for given in store.history(event_id(at))]
    assert len(history) == 3 * 2 * 5
    assert len({(given.action) for given in history}) == len(history)
    assert sum(given.undone_utc_ms is not None for given in history) == 3 * 5
    assert ReviewStore(new).events(Selection()) == []


def test_every_verdict_that_was_stored_survives_kill_9(path: Path) -> None:
    """Twenty times, at any moment; the file is never damaged."""
    stored: list[int] = []
    for number in range(20):
        command = [sys.executable, "-c", RECORD_FOREVER, str(path), event_id(0), str(number)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            stored += [int(process.stdout.readline()) for _ in range(1 + number % 4)]
            process.kill()
            rest = process.stdout.read().split("\n")
            stored += [int(line) for line in rest[:-1]]
    store = ReviewStore(path)
    assert {given.action for given in store.history(event_id(0))} >= set(stored)
    assert store.event(event_id(0)).true_label == "dog"


def test_a_lock_that_is_not_given_back_is_reported(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a wait, with the reason."""
    monkeypatch.setattr("soundpost.review.store.database._LOCK_SECONDS", 0.1)
    store = ReviewStore(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(ReviewError, match="locked") as raised:
        store.record([Decision(event_id(0), Verdict.RIGHT)])
    assert "another program" in raised.value.hint
    assert store.event(event_id(0)).decision is None  # reading does not wait
    other.execute("COMMIT")
    store.record([Decision(event_id(0), Verdict.RIGHT)])
    assert store.event(event_id(0)).true_label == "dog"
    other.close()
