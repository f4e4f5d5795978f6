"""What the broker has not acknowledged yet."""

import threading
from collections.abc import Callable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from soundpost.clock import ClockState
from soundpost.events import State
from soundpost.health import Health
from soundpost.publish import DetectionMessage, ModelIdentity
from soundpost.publish.outbox import LATE_SECONDS, Outbox

MakeMessages = Callable[[int], list[DetectionMessage]]


def message(seq: int, clock: ClockState = "synced") -> DetectionMessage:
    """A message that is told apart by its number."""
    return DetectionMessage(
        id="0197",
        seq=seq,
        node="post",
        state=State.STARTED,
        label="siren",
        score=1.0,
        threshold=0.5,
        onset="2026-11-20T07:31:21.480Z",
        offset=None,
        clock=clock,
        level_dbfs=-20.0,
        model=ModelIdentity(id="esc50", version="1.0.0", sha256="5e" * 32),
    )


class OutboxMachine(RuleBasedStateMachine):
    """Any order of telling, sending, acknowledging and losing the connection.

    The model is the numbers that wait and those under way, as two lists.
    """

    CAPACITY = 4

    def __init__(self) -> None:
        super().__init__()
        self.health = Health()
        self.outbox = Outbox(self.CAPACITY, self.health)
        self.told = 0
        self.sent = 0
        self.dropped = 0
        self.waiting: list[int] = []
        self.under_way: dict[int, int] = {}

    @rule()
    def tell(self) -> None:
        """A message goes to the end; when there is no room the oldest waiting one goes."""
        self.told += 1
        self.waiting.append(self.told)
        has_room = len(self.waiting) + len(self.under_way) <= self.CAPACITY
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
            assert entry.message.seq == self.waiting.pop(0)
            self.under_way[entry.row] = entry.message.seq

    @precondition(lambda self: self.under_way)
    @rule(data=st.data(), accepted=st.booleans())
    def answer(self, data: st.DataObject, *, accepted: bool) -> None:
        """Any one under way is acknowledged or refused; a second answer changes nothing."""
        row = data.draw(st.sampled_from(sorted(self.under_way)))
        del self.under_way[row]
        settle = self.outbox.acknowledge if accepted else self.outbox.refuse
        settle(row)
        settle(row)
        if accepted:
            self.sent += 1
        else:
            self.dropped += 1

    @rule()
    def lose_the_connection(self) -> None:
        """What was under way waits again, in the order of telling."""
        self.outbox.rewind()
        self.waiting = sorted(self.under_way.values()) + self.waiting
        self.under_way = {}

    @rule()
    def answer_a_stranger(self) -> None:
        """An answer to what was never sent is nobody's."""
        self.outbox.acknowledge(-1)
        self.outbox.refuse(-1)

    @invariant()
    def nothing_is_lost_uncounted(self) -> None:
        """Told is sent, dropped or still held; and never more is held than there is room for."""
        assert (self.health.messages_sent, self.health.messages_dropped) == (
            self.sent,
            self.dropped,
        )
        assert len(self.outbox) == self.told - self.sent - self.dropped <= self.CAPACITY

    def teardown(self) -> None:
        """Closing counts what is left."""
        held = len(self.outbox)
        assert self.outbox.close() == held
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
    assert (first.message.backfilled, second.message.backfilled) == (False, True)


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
                got.append(entry.message.seq)
                outbox.acknowledge(entry.row)

    sender = threading.Thread(target=send)
    sender.start()
    for number in numbers:
        outbox.append(message(number))
    sender.join(60)
    assert got == list(numbers)
