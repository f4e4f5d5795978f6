"""Messages are acknowledged when they are on the disk."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from manual_clock import ManualClock
from web_events import event

from soundpost_web.history.message import Message
from soundpost_web.history.retention import Limits
from soundpost_web.history.store import HistoryStore, StoreError
from soundpost_web.nodes.state import LiveState
from soundpost_web.subscribe import pending
from soundpost_web.subscribe.pending import Pending


class BrokenDisk(HistoryStore):
    """A history whose disk refuses writes while a test says so.

    Attributes:
        is_full: True if it refuses.
        stored: The messages that it took.
    """

    def __init__(self) -> None:
        super().__init__(Path("/dev/null"), Limits(1, 10))
        self.is_full = False
        self.stored: list[Message] = []

    def store(self, messages: Sequence[Message]) -> None:  # type: ignore[override]  # a list is enough here
        """Takes messages, or refuses all."""
        if self.is_full:
            raise StoreError("database or disk is full")
        self.stored += messages


@pytest.fixture
def disk() -> BrokenDisk:
    """Provides a disk that works."""
    return BrokenDisk()


def test_what_is_stored_is_acknowledged(disk: BrokenDisk) -> None:
    """Not before."""
    waiting, acknowledged = Pending(disk, LiveState()), list[int]()
    waiting.add(event(1), lambda: acknowledged.append(1))
    assert acknowledged == []
    waiting.store()
    assert (acknowledged, len(disk.stored), len(waiting)) == ([1], 1, 0)


def test_messages_that_arrive_together_share_a_write(disk: BrokenDisk) -> None:
    """For a quarter of a second."""
    clock = ManualClock()
    waiting = Pending(disk, LiveState(), monotonic_seconds=clock)
    assert not waiting.is_due
    waiting.add(event(1), lambda: None)
    assert not waiting.is_due
    clock.seconds += 0.3
    assert waiting.is_due


def test_a_full_disk_does_not_stop_the_broker(disk: BrokenDisk) -> None:
    """Messages are acknowledged, kept in memory, and stored when there is space."""
    clock, state, acknowledged = ManualClock(), LiveState(), list[int]()
    waiting = Pending(disk, state, monotonic_seconds=clock)
    disk.is_full = True
    waiting.add(event(1), lambda: acknowledged.append(1))
    waiting.store()
    assert (acknowledged, len(waiting)) == ([1], 1)
    assert "full" in state.fault
    disk.is_full = False
    waiting.store()
    assert disk.stored == []  # not tried again at once
    clock.seconds += 10.0
    waiting.store()
    assert ([message.seq for message in disk.stored], state.fault) == ([1], "")


def test_memory_is_bounded(disk: BrokenDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest messages are lost, and counted."""
    monkeypatch.setattr(pending, "MOST_MESSAGES", 3)
    state = LiveState()
    waiting = Pending(disk, state)
    for seq in range(1, 6):
        waiting.add(event(seq), lambda: None)
    waiting.store()
    assert [message.seq for message in disk.stored] == [3, 4, 5]
    assert state.counts.read().lost == 2


def test_a_lost_connection_acknowledges_nothing(disk: BrokenDisk) -> None:
    """The messages are stored; the broker sends them again, which changes nothing."""
    waiting, acknowledged = Pending(disk, LiveState()), list[int]()
    waiting.add(event(1), lambda: acknowledged.append(1))
    waiting.forget_acknowledgements()
    waiting.store()
    assert (acknowledged, len(disk.stored)) == ([], 1)
