"""Messages are stored once, in the order of their states, whatever arrives."""

import itertools
import sqlite3
from pathlib import Path

import pytest
from full_disk import Disk
from hypothesis import given
from hypothesis import strategies as st
from web_events import NOON, event, event_id, ms

from soundpost.errors import ConfigError
from soundpost_web.history.database import TABLES
from soundpost_web.history.event import Event
from soundpost_web.history.filters import EventFilter
from soundpost_web.history.message import EventMessage, Rank, Summary
from soundpost_web.history.numbers import gaps
from soundpost_web.history.query import find_events
from soundpost_web.history.retention import Limits
from soundpost_web.history.store import HistoryStore, StoreError

LIMITS = Limits(days=36_500, megabytes=100)
EVERYTHING = EventFilter(0, 10**13)
SECOND_MS = 1_000


@pytest.fixture
def store(tmp_path: Path) -> HistoryStore:
    """Provides an open history."""
    store = HistoryStore(tmp_path / "history.db", LIMITS)
    store.open()
    return store


def events(store: HistoryStore) -> list[Event]:
    """Returns all events, the latest first."""
    return find_events(store.path, EVERYTHING).events


def states(*names: str, first_seq: int = 1) -> list[EventMessage]:
    """Returns the messages of one event in these states, a second after each other."""
    identity, begin_ms = event_id(), ms(NOON)
    return [
        event(
            seq,
            name,
            id=identity,
            score=0.6 + 0.1 * number,
            offset_ms=begin_ms + number * SECOND_MS if name in {"ended", "retracted"} else None,
            clip="dog.flac" if name == "ended" else None,
        )
        for number, (seq, name) in enumerate(zip(itertools.count(first_seq), names, strict=False))
    ]


def test_the_states_of_an_event_are_one_row(store: HistoryStore) -> None:
    """The last one counts, with its score, its end and its clip."""
    for message in states("started", "confirmed", "ended"):
        store.store([message])
    (found,) = events(store)
    assert (found.rank, found.seconds, found.clip) == (Rank.ENDED, 2.0, "dog.flac")
    assert found.score == pytest.approx(0.8)


def test_a_retracted_event_stays_and_says_so(store: HistoryStore) -> None:
    """It was published, so it is not hidden."""
    store.store(states("started", "retracted"))
    (found,) = events(store)
    assert found.rank is Rank.RETRACTED


@given(
    st.lists(st.integers(0, 2), max_size=6),
    st.sampled_from([("started", "confirmed", "ended"), ("started", "confirmed", "retracted")]),
)
def test_repeated_and_disordered_messages_lead_to_the_same_row(
    repeated: list[int], names: tuple[str, ...]
) -> None:
    """A broker repeats; after a crash of the page a later state may come first."""
    store = HistoryStore(Path("/dev/null"), LIMITS)
    store._connection = _in_memory()  # noqa: SLF001 - without a file, so that it is fast
    messages = states(*names)
    for index in [*repeated, 0, 1, 2]:
        store.store([messages[index]])
    row = store._connection.execute("SELECT rank, offset_ms, states FROM events").fetchall()  # noqa: SLF001 - as above
    store.close()
    assert row == [(messages[2].rank, messages[2].offset_ms, sum(m.rank for m in messages))]


def test_a_late_message_is_marked_and_lies_at_its_time(store: HistoryStore) -> None:
    """The broker was away: a message of an hour ago comes after one of now."""
    now = event(3, received_ms=ms(NOON) + 10)
    late = event(
        2,
        onset_ms=ms(NOON) - 3_600 * SECOND_MS,
        is_backfilled=True,
        received_ms=ms(NOON) + 20,
    )
    store.store([now, late])
    assert [found.is_backfilled for found in events(store)] == [False, True]


def test_summaries_and_detections_share_their_numbers(store: HistoryStore) -> None:
    """A summary closes the gap that would be there without it."""
    store.store([event(1), Summary("gate", 2, ms(NOON)), event(3), event(5)])
    with sqlite3.connect(store.path) as connection:
        found = [(gap.first, gap.last) for gap in gaps(connection, 0, 10**13)]
    connection.close()
    assert found == [(4, 4)]


def test_a_damaged_file_is_set_aside(store: HistoryStore) -> None:
    """A new history begins, and the page goes on."""
    store.store([event(1)])
    store.close()
    for path in store.path.parent.glob("history.db-*"):
        path.unlink()
    store.path.write_bytes(b"garbage" * 4_096)
    store.open()
    store.store([event(2)])
    assert len(events(store)) == 1
    assert store.faults == 1
    (aside,) = store.path.parent.glob("history.db.damaged-*")
    assert aside.read_bytes().startswith(b"garbage")


def test_damage_that_is_found_later_loses_no_message(store: HistoryStore) -> None:
    """The messages that met it are stored in the new file."""
    store.store([event(1)])
    assert store._connection is not None  # noqa: SLF001 - the table is taken away below it
    store._connection.execute("DROP TABLE numbers")  # noqa: SLF001 - as above
    messages = [event(2)]
    with pytest.raises(StoreError, match="damaged"):
        store.store(messages)
    store.store(messages)
    assert [found.id for found in events(store)] == [messages[0].id]


def test_a_full_disk_refuses_and_recovers(disk: Disk) -> None:
    """Refused messages can be stored when there is space; nothing is damaged."""
    store = HistoryStore(disk.folder / "history.db", LIMITS)
    store.open()
    store.store([event(1)])
    disk.fill()
    many = [event(seq) for seq in range(2, 3_000)]
    with pytest.raises(StoreError, match="full"):
        store.store(many)
    disk.empty()
    store.store(many)
    store.close()
    assert find_events(store.path, EVERYTHING).total == 2_999
    assert store.faults == 0


def test_a_folder_that_is_not_writable_is_an_error_of_the_configuration(tmp_path: Path) -> None:
    """It would not pass by itself."""
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="cannot be written") as refusal:
        HistoryStore(tmp_path / "file" / "history.db", LIMITS).open()
    assert "history.file" in refusal.value.hint


def _in_memory() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(TABLES)
    return connection
