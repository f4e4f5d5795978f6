"""The tables of the queue."""

from notify_parts import OpenQueue

from soundpost_notify.queue.tables import APPLICATION_ID, reserve_space
from soundpost_web.history.database import HISTORY


def test_the_queue_is_another_database_than_the_history_of_the_page() -> None:
    """Neither program takes the file of the other."""
    assert HISTORY.application_id != APPLICATION_ID


def test_reserved_space_does_not_grow_with_restarts(queue: OpenQueue) -> None:
    """Free pages are used again."""
    sizes = []
    for _ in range(5):
        with queue.file.lock:
            assert queue.file._connection is not None  # noqa: SLF001 - outside of a transaction
            reserve_space(queue.file._connection)  # noqa: SLF001 - as above
        sizes.append(queue.path.stat().st_size)
    assert sizes[1:] == sizes[:-1]
    assert sizes[0] > 2_000_000
