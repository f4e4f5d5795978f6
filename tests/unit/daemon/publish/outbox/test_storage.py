"""Messages between memory and the file: which are stored, handed over, and read again."""

import pytest
from sample_messages import message

from soundpost.health import Health
from soundpost.publish.outbox.outbox import Outbox
from soundpost.publish.outbox.record import OutboxRecord
from soundpost.publish.outbox.storage import MOST_IN_MEMORY

CAPACITY = 10_000


@pytest.fixture
def health() -> Health:
    """Provides the counters."""
    return Health()


@pytest.fixture
def outbox(health: Health) -> Outbox:
    """Provides an outbox whose file was just opened and is empty."""
    outbox = Outbox(CAPACITY, health)
    outbox.storage.start(0)
    return outbox


def append(outbox: Outbox, numbers: range) -> None:
    """Appends messages of these numbers."""
    for number in numbers:
        outbox.intake.append(message(number))


def store(outbox: Outbox) -> list[OutboxRecord]:
    """Stores all pending messages, as a writer with a perfect disk does; returns them."""
    records, removed, _ = outbox.storage.pending()
    outbox.storage.written(records, removed, len(outbox.feed))
    return records


def drain(outbox: Outbox) -> list[int]:
    """Moves all waiting messages in flight; returns their numbers."""
    return [record.seq for record in iter(outbox.feed.next_unsent, None)]


def test_a_message_is_not_sent_before_it_is_stored(outbox: Outbox) -> None:
    """A message that is still pending is not handed over."""
    append(outbox, range(1, 4))
    assert drain(outbox) == []
    store(outbox)
    assert drain(outbox) == [1, 2, 3]
    assert not outbox.storage.needs_more()
    assert outbox.storage.read_seq == 3


def test_stored_messages_beyond_the_limit_stay_in_the_file(outbox: Outbox) -> None:
    """Memory stays bounded: the rest is read when few messages wait."""
    append(outbox, range(1, 1_001))
    records = store(outbox)
    assert len(outbox.storage.stored_in_memory()) == MOST_IN_MEMORY == outbox.storage.read_seq
    assert not outbox.storage.needs_more()
    assert drain(outbox) == list(range(1, MOST_IN_MEMORY + 1))
    assert outbox.storage.needs_more()
    outbox.storage.load(records[MOST_IN_MEMORY:], [], has_more=False)
    assert drain(outbox) == list(range(MOST_IN_MEMORY + 1, 1_001))


def test_a_new_message_waits_behind_unread_ones(outbox: Outbox) -> None:
    """While the file holds older messages, a stored one is not handed over."""
    append(outbox, range(1, MOST_IN_MEMORY + 2))
    unread = store(outbox)[-1:]
    drain(outbox)
    append(outbox, range(MOST_IN_MEMORY + 2, MOST_IN_MEMORY + 3))
    unread += store(outbox)
    assert drain(outbox) == []
    outbox.storage.load(unread, [], has_more=False)
    assert drain(outbox) == [MOST_IN_MEMORY + 1, MOST_IN_MEMORY + 2]
    append(outbox, range(MOST_IN_MEMORY + 3, MOST_IN_MEMORY + 4))
    store(outbox)
    assert drain(outbox) == [MOST_IN_MEMORY + 3]


def test_a_message_that_was_dropped_while_it_was_stored_is_removed_again(health: Health) -> None:
    """The disk was slow, and the capacity was exceeded meanwhile."""
    outbox = Outbox(1, health)
    outbox.storage.start(0)
    append(outbox, range(1, 2))
    records = outbox.storage.pending().records
    append(outbox, range(2, 3))
    outbox.storage.written(records, (), 1)
    assert drain(outbox) == []
    assert outbox.storage.pending().removed == [1]
    assert (health.messages_dropped, len(outbox.feed)) == (1, 1)


def test_messages_sent_from_memory_are_not_handed_over_twice(outbox: Outbox) -> None:
    """They are in flight or acknowledged already when the disk takes them at last."""
    outbox.storage.suspend(is_readable=True)
    append(outbox, range(1, 5))
    assert outbox.feed.next_unsent() is not None
    assert outbox.feed.next_unsent() is not None
    outbox.feed.acknowledge(1)
    store(outbox)
    outbox.storage.resume(3)
    outbox.storage.load([], [], has_more=False)
    assert drain(outbox) == [3, 4]


def test_a_damaged_row_is_dropped_and_counted(outbox: Outbox, health: Health) -> None:
    """It is removed from the file with the next write."""
    outbox.storage.start(3)
    rows = [OutboxRecord(seq, b"{}", 0.0) for seq in (1, 3)]
    outbox.storage.load(rows, [2], has_more=False)
    assert drain(outbox) == [1, 3]
    assert outbox.storage.pending().removed == [2]
    assert health.messages_dropped == 1


def test_only_stored_messages_are_dropped_for_the_budget(outbox: Outbox, health: Health) -> None:
    """A message that is not in the file takes no space there."""
    append(outbox, range(1, 4))
    store(outbox)
    append(outbox, range(4, 5))
    assert outbox.storage.drop_oldest(2) == 2
    assert outbox.storage.pending().removed == [1, 2]
    assert outbox.storage.drop_oldest(10) == 1
    assert health.messages_dropped == 3
