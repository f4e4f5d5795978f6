"""The removal of what is old."""

import pytest
from notify_parts import OpenQueue, content
from web_events import event

from soundpost_notify.queue.memory import LatestSent, is_first_time, set_latest_sent
from soundpost_notify.queue.retention import Retention

DAY_SECONDS = 86_400


def remove(queue: OpenQueue, days: int = 90) -> None:
    """Removes one slice."""
    with queue.transaction() as connection:
        Retention(days).remove(connection, queue.now_ms)


def count(queue: OpenQueue, table: str) -> int:
    """Returns the number of rows of a table."""
    with queue.transaction() as connection:
        (found,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - a name of the test
    return int(found)


def test_finished_messages_are_removed_by_age(queue: OpenQueue) -> None:
    """Messages that wait stay, however old they are."""
    queue.put(content(1), content(2))
    delivery = queue.claim("phone")
    assert delivery is not None
    queue.finish(delivery, "sent")
    queue.seconds += 89 * DAY_SECONDS
    remove(queue)
    assert queue.states() == ["sent", "waiting"]
    queue.seconds += 2 * DAY_SECONDS
    remove(queue)
    assert queue.states() == ["waiting"]


def test_the_number_of_rows_is_bounded(queue: OpenQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of messages, of events, and of labels that other clients invent."""
    for name in ("MOST_FINISHED", "MOST_REMEMBERED"):
        monkeypatch.setattr(f"soundpost_notify.queue.retention.{name}", 10)
    for number in range(25):
        queue.seconds += 1.0
        message = event(label=f"label-{number}", received_ms=queue.now_ms)
        with queue.transaction() as connection:
            assert is_first_time(connection, message)
            latest = LatestSent(queue.now_ms, "2026-11-20", 0.9)
            set_latest_sent(connection, "gate", message, latest)
        queue.put(content(number))
        delivery = queue.claim("phone")
        assert delivery is not None
        queue.finish(delivery, "sent")
    remove(queue)
    assert [entry.content.event for entry in queue.entries()] == [
        f"event-{number}" for number in range(15, 25)
    ]
    assert (count(queue, "seen"), count(queue, "sent")) == (10, 10)


def test_it_looks_once_a_minute(queue: OpenQueue) -> None:
    """At once after the start."""
    clock = [0.0]
    retention = Retention(90, monotonic_seconds=lambda: clock[0])
    dues = [retention.is_due]
    with queue.transaction() as connection:
        retention.remove(connection, queue.now_ms)
    for seconds in (0.0, 59.0, 60.0):
        clock[0] = seconds
        dues.append(retention.is_due)
    assert dues == [True, False, False, True]
