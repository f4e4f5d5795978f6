"""Old events are removed."""

from pathlib import Path

from manual_clock import ManualClock
from web_events import NOON, event, ms

from soundpost.sqlite.open_file import open_writer
from soundpost.sqlite.transaction import transaction
from soundpost_web.history.database import HISTORY
from soundpost_web.history.retention import Limits, Retention, used_bytes
from soundpost_web.history.store import HistoryStore

DAY_MS = 86_400_000


def filled(tmp_path: Path, count: int) -> Path:
    """Returns a history with an event on each of so many days before noon."""
    store = HistoryStore(tmp_path / "history.db", Limits(36_500, 100))
    store.open()
    times = [ms(NOON) - number * DAY_MS for number in range(count)]
    store.store(
        event(count - number, onset_ms=at_ms, received_ms=at_ms)
        for number, at_ms in enumerate(times)
    )
    store.close()
    return store.path


def retain(
    path: Path, limits: Limits, ticks: int = 20, now_seconds: float = NOON.timestamp()
) -> tuple[int, int]:
    """Runs the retention; returns the number of events that are left, and the size."""
    connection = open_writer(path, HISTORY)
    clock = ManualClock()
    retention = Retention(limits, now_seconds=lambda: now_seconds, monotonic_seconds=clock)
    for _ in range(ticks):
        retention.tick(connection)
        clock.seconds += 1.0
    (left,) = connection.execute("SELECT count(*) FROM events").fetchone()
    size_bytes = used_bytes(connection)
    connection.close()
    return left, size_bytes


def test_events_beyond_the_age_are_removed_in_slices(tmp_path: Path) -> None:
    """The event of the hundredth day stays."""
    path = filled(tmp_path, 1_300)
    left, _ = retain(path, Limits(days=100, megabytes=100))
    assert left == 101


def test_a_clock_that_jumps_by_years_removes_nothing(tmp_path: Path) -> None:
    """The age counts from the newest event."""
    path = filled(tmp_path, 50)
    left, _ = retain(path, Limits(days=100, megabytes=100), now_seconds=NOON.timestamp() + 1e9)
    assert left == 50


def test_the_oldest_events_go_when_the_file_is_too_large(tmp_path: Path) -> None:
    """Until it is small enough."""
    path = filled(tmp_path, 6_000)
    left, size_bytes = retain(path, Limits(days=36_500, megabytes=1), ticks=40)
    assert 0 < left < 6_000
    assert size_bytes <= 1_000_000


def test_a_look_that_finds_nothing_is_repeated_after_a_minute(tmp_path: Path) -> None:
    """A query each second would keep a memory card awake."""
    connection = open_writer(filled(tmp_path, 1), HISTORY)
    clock, looks = ManualClock(), []
    retention = Retention(
        Limits(1, 100),
        now_seconds=lambda: looks.append(clock.seconds) or NOON.timestamp(),  # type: ignore[func-returns-value]  # records the look
        monotonic_seconds=clock,
    )
    for _ in range(125):
        retention.tick(connection)
        clock.seconds += 1.0
    with transaction(connection):
        pass
    connection.close()
    assert [seconds - looks[0] for seconds in looks] == [0.0, 60.0, 120.0]
