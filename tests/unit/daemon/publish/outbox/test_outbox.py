"""The queue of detections without a file: order, bounds, and the count of every loss."""

import threading

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sample_messages import message

from soundpost.health import Health
from soundpost.messages import encode
from soundpost.publish.outbox.outbox import LATE_SECONDS, Outbox


class OutboxMachine(RuleBasedStateMachine):
    """Any order of appending, sending, acknowledging, and losing the connection.

    The model is the waiting numbers as a list, and those in flight as a set.
    """

    CAPACITY = 6

    def __init__(self) -> None:
        super().__init__()
        self.health = Health()
        self.outbox = Outbox(self.CAPACITY, self.health)
        self.appended = 0
        self.sent = 0
        self.dropped = 0
        self.waiting: list[int] = []
        self.in_flight: set[int] = set()

    @rule()
    def append(self) -> None:
        """A message is appended; above the capacity the oldest waiting one is dropped."""
        self.appended += 1
        self.waiting.append(self.appended)
        fits = len(self.waiting) + len(self.in_flight) <= self.CAPACITY
        if not fits:
            self.waiting.pop(0)
            self.dropped += 1
        assert self.outbox.intake.append(message(self.appended)) is fits

    @rule()
    def send(self) -> None:
        """The oldest waiting message is next, or None when none waits."""
        record = self.outbox.feed.next_unsent()
        if record is None:
            assert not self.waiting
        else:
            assert record.seq == self.waiting.pop(0)
            self.in_flight.add(record.seq)

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data(), accepted=st.booleans())
    def receive_puback(self, data: st.DataObject, *, accepted: bool) -> None:
        """An accepted message leaves, a refused one waits in its old place; once, not twice."""
        seq = data.draw(st.sampled_from(sorted(self.in_flight)))
        self.in_flight.remove(seq)
        on_puback = self.outbox.feed.acknowledge if accepted else self.outbox.feed.requeue
        on_puback(seq)
        on_puback(seq)
        if accepted:
            self.sent += 1
        else:
            self.waiting = sorted([*self.waiting, seq])

    @rule()
    def lose_the_connection(self) -> None:
        """All messages in flight wait again, in their old order."""
        self.outbox.feed.requeue()
        self.waiting = sorted([*self.waiting, *self.in_flight])
        self.in_flight = set()

    @rule()
    def receive_an_unknown_puback(self) -> None:
        """A PUBACK for a message that was never sent changes nothing."""
        self.outbox.feed.acknowledge(-1)
        self.outbox.feed.requeue(-1)

    @invariant()
    def every_loss_is_counted(self) -> None:
        """Each message is sent, dropped or held, and no more are held than the capacity."""
        assert (self.health.messages_sent, self.health.messages_dropped) == (
            self.sent,
            self.dropped,
        )
        assert len(self.outbox.feed) == self.appended - self.sent - self.dropped <= self.CAPACITY
        assert self.health.messages_waiting == len(self.outbox.feed)

    def teardown(self) -> None:
        """Closing counts what is left as dropped."""
        held = len(self.outbox.feed)
        assert self.outbox.intake.close() == (held, 0)
        assert self.appended == self.health.messages_sent + self.health.messages_dropped


OutboxMachine.TestCase.settings = settings(deadline=None, stateful_step_count=40)
TestOutbox = OutboxMachine.TestCase


def test_a_message_sent_late_is_marked_backfilled() -> None:
    """A message is backfilled if it is sent more than ten seconds after it was appended."""
    now = [0.0]
    outbox = Outbox(10, Health(), now_seconds=lambda: now[0])
    outbox.intake.append(message(1))
    outbox.intake.append(message(2))
    now[0] = LATE_SECONDS
    first = outbox.feed.next_unsent()
    now[0] += 0.1
    second = outbox.feed.next_unsent()
    assert first is not None
    assert second is not None
    assert (first.payload, second.payload) == (
        encode(message(1)),
        encode(msgspec.structs.replace(message(2), backfilled=True)),
    )


def test_a_closed_outbox_drops_and_counts_messages() -> None:
    """A message that is appended after `close` is dropped and counted."""
    health = Health()
    outbox = Outbox(10, health)
    outbox.intake.close()
    assert not outbox.intake.append(message(1))
    assert (len(outbox.feed), health.messages_dropped) == (0, 1)
    assert outbox.feed.next_unsent() is None


def test_two_threads_lose_nothing_between_them() -> None:
    """All messages that one thread appends are sent by another, once and in order."""
    outbox = Outbox(100_000, Health())
    numbers = range(1, 20_001)
    sent: list[int] = []

    def send() -> None:
        while len(sent) < len(numbers):
            if record := outbox.feed.next_unsent():
                sent.append(record.seq)
                outbox.feed.acknowledge(record.seq)

    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    for number in numbers:
        outbox.intake.append(message(number))
    sender.join(120)
    assert sent == list(numbers)


def test_a_number_that_does_not_grow_is_a_bug() -> None:
    """A message that would replace another in the file raises ValueError."""
    outbox = Outbox(10, Health())
    outbox.intake.append(message(7))
    with pytest.raises(ValueError, match="message 7 after message 7"):
        outbox.intake.append(message(7))


def test_a_message_that_is_given_up_is_dropped_and_counted() -> None:
    """The next one takes its place; giving it up twice counts once."""
    health = Health()
    outbox = Outbox(10, health)
    for number in (1, 2):
        outbox.intake.append(message(number))
    first = outbox.feed.next_unsent()
    assert first is not None
    outbox.feed.give_up(first.seq)
    outbox.feed.give_up(first.seq)
    assert (health.messages_dropped, health.messages_sent, health.messages_waiting) == (1, 0, 1)
    second = outbox.feed.next_unsent()
    assert second is not None
    assert second.seq == 2
