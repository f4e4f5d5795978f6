"""What the broker has not acknowledged yet."""

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
    """Any order of telling, sending, acknowledging and losing the connection.

    The model is the numbers that wait and those under way, as two lists.
    """

    CAPACITY = 6

    def __init__(self) -> None:
        super().__init__()
        self.health = Health()
        self.outbox = Outbox(self.CAPACITY, self.health)
        self.told = 0
        self.sent = 0
        self.dropped = 0
        self.waiting: list[int] = []
        self.in_flight: set[int] = set()

    @rule()
    def tell(self) -> None:
        """A message goes to the end; when there is no room the oldest waiting one goes."""
        self.told += 1
        self.waiting.append(self.told)
        has_room = len(self.waiting) + len(self.in_flight) <= self.CAPACITY
        if not has_room:
            self.waiting.pop(0)
            self.dropped += 1
        assert self.outbox.append(message(self.told)) is has_room

    @rule()
    def send(self) -> None:
        """The oldest waiting one is next, and there is none when nothing waits."""
        entry = self.outbox.next_unsent()
        if entry is None:
            assert not self.waiting
        else:
            assert entry.seq == self.waiting.pop(0)
            self.in_flight.add(entry.seq)

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data(), accepted=st.booleans())
    def answer(self, data: st.DataObject, *, accepted: bool) -> None:
        """One under way is done with, or waits again in its place; a second answer is nothing."""
        seq = data.draw(st.sampled_from(sorted(self.in_flight)))
        self.in_flight.remove(seq)
        settle = self.outbox.acknowledge if accepted else self.outbox.requeue
        settle(seq)
        settle(seq)
        if accepted:
            self.sent += 1
        else:
            self.waiting = sorted([*self.waiting, seq])

    @rule()
    def lose_the_connection(self) -> None:
        """What was under way waits again, in the order of telling."""
        self.outbox.requeue()
        self.waiting = sorted([*self.waiting, *self.in_flight])
        self.in_flight = set()

    @rule()
    def answer_a_stranger(self) -> None:
        """An answer to what was never sent is nobody's."""
        self.outbox.acknowledge(-1)
        self.outbox.requeue(-1)

    @invariant()
    def nothing_is_lost_uncounted(self) -> None:
        """Told is sent, dropped or still held; and never more is held than there is room for."""
        assert (self.health.messages_sent, self.health.messages_dropped) == (
            self.sent,
            self.dropped,
        )
        assert len(self.outbox) == self.told - self.sent - self.dropped <= self.CAPACITY
        assert self.health.messages_waiting == len(self.outbox)

    def teardown(self) -> None:
        """Closing counts what is left."""
        held = len(self.outbox)
        assert self.outbox.close() == (held, 0)
        assert self.told == self.health.messages_sent + self.health.messages_dropped


OutboxMachine.TestCase.settings = settings(deadline=None, stateful_step_count=40)
TestOutbox = OutboxMachine.TestCase


def test_what_waited_long_says_so() -> None:
    """A message sent more than ten seconds after it was told is backfilled, an earlier one not."""
    now = [0.0]
    outbox = Outbox(10, Health(), now_seconds=lambda: now[0])
    outbox.append(message(1))
    outbox.append(message(2))
    now[0] = LATE_SECONDS
    first = outbox.next_unsent()
    now[0] += 0.1
    second = outbox.next_unsent()
    assert first is not None
    assert second is not None
    assert (first.payload, second.payload) == (
        encode(message(1)),
        encode(msgspec.structs.replace(message(2), backfilled=True)),
    )


def test_a_closed_outbox_takes_nothing_and_counts_it() -> None:
    """Even what is told too late is not lost unseen."""
    health = Health()
    outbox = Outbox(10, health)
    outbox.close()
    assert not outbox.append(message(1))
    assert (len(outbox), health.messages_dropped, outbox.next_unsent()) == (0, 1, None)


def test_two_threads_lose_nothing_between_them() -> None:
    """One tells as fast as it can while the other sends: all arrive once, in order."""
    outbox = Outbox(100_000, Health())
    numbers = range(1, 20_001)
    got: list[int] = []

    def send() -> None:
        while len(got) < len(numbers):
            if entry := outbox.next_unsent():
                got.append(entry.seq)
                outbox.acknowledge(entry.seq)

    sender = threading.Thread(target=send)
    sender.start()
    for number in numbers:
        outbox.append(message(number))
    sender.join(60)
    assert got == list(numbers)


def test_numbers_only_grow() -> None:
    """A message that would take another's place in the file is a bug, and told as one."""
    outbox = Outbox(10, Health())
    outbox.append(message(7))
    with pytest.raises(ValueError, match="message 7 after message 7"):
        outbox.append(message(7))
