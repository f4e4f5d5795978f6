"""Messages that wait, and those in flight."""

from dataclasses import dataclass

from soundpost.publish.outbox.send_queue import SendQueue


@dataclass(frozen=True)
class Message:
    """A message that is only a number."""

    seq: int


def queue_of(*seqs: int) -> SendQueue[Message]:
    """Returns a queue in which messages of these numbers wait."""
    queue: SendQueue[Message] = SendQueue()
    queue.add(map(Message, seqs))
    return queue


def drain(queue: SendQueue[Message]) -> list[int]:
    """Moves all waiting messages in flight; returns their numbers."""
    return [message.seq for message in iter(queue.next, None)]


def test_messages_leave_in_order_and_stay_in_flight_until_acknowledged() -> None:
    """A message in flight is counted until it is acknowledged."""
    queue = queue_of(1, 2, 3)
    assert drain(queue) == [1, 2, 3]
    assert (len(queue), queue.waiting_count, queue.is_in_flight(2)) == (3, 0, True)
    assert queue.acknowledge(2)
    assert not queue.acknowledge(2)
    assert [message.seq for message in queue] == [1, 3]


def test_all_messages_in_flight_return_to_their_old_places() -> None:
    """After a lost connection they are sent before younger ones."""
    queue = queue_of(1, 2, 3)
    queue.next()
    queue.next()
    queue.add([Message(4)])
    queue.requeue()
    assert drain(queue) == [1, 2, 3, 4]


def test_messages_requeued_one_by_one_keep_their_order() -> None:
    """The order of refusals does not matter."""
    queue = queue_of(1, 2, 3, 4)
    drain(queue)
    for seq in (3, 1, 4, 2):
        queue.requeue(seq)
    assert drain(queue) == [1, 2, 3, 4]


def test_only_waiting_messages_can_be_removed() -> None:
    """A message in flight stays."""
    queue = queue_of(1, 2, 3)
    queue.next()
    queue.remove({1, 2})
    assert [message.seq for message in queue] == [1, 3]
    queue.clear()
    assert len(queue) == 0
