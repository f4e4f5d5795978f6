"""The outbox's file under every order of telling, sending, answering and dying."""

import random
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sample_messages import message, outbox_file, sent

from soundpost.errors import PublishError
from soundpost.health import Health
from soundpost.messages import encode
from soundpost.publish.outbox.outbox import Outbox
from soundpost.publish.outbox.writer import OutboxWriter

MEGABYTE = 1_000_000


def _fast_folder() -> Path:
    """A folder in memory where there is one: here nobody cuts the power."""
    memory = Path("/dev/shm")  # noqa: S108 - the folder made in it has a name of its own
    return Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))


class ScribeMachine(RuleBasedStateMachine):
    """Telling, writing, sending, answering, losing the connection, kill -9 and starting again.

    The model is the numbers that were told and neither acknowledged nor lost with the process.
    """

    def __init__(self) -> None:
        super().__init__()
        self.folder = _fast_folder()
        self.last_saved = 0
        self.unsaved: list[int] = []
        self.saved: list[int] = []
        self.acknowledged: set[int] = set()
        self.in_flight: list[int] = []
        self.start()

    def start(self) -> None:
        """A process begins."""
        self.health = Health()
        self.outbox, self.writer = outbox_file(self.folder / "outbox.db", self.health)
        self.in_flight = []

    @rule(count=st.integers(1, 30))
    def tell(self, count: int) -> None:
        """So many messages, numbered on from the last."""
        for _ in range(count):
            seq = self.outbox.last_seq + 1
            assert self.outbox.append(message(seq))
            self.unsaved.append(seq)

    @rule()
    def write(self) -> None:
        """The disk has what was told until now."""
        self.writer.write_pending()
        self.last_saved = max([self.last_saved, *self.unsaved])
        self.saved += self.unsaved
        self.unsaved = []
        self.saved = [seq for seq in self.saved if seq not in self.acknowledged]

    @rule(count=st.integers(1, 30))
    def send(self, count: int) -> None:
        """What goes out is on the disk, and follows what went out before it."""
        for _ in range(count):
            if entry := self.outbox.next_unsent():
                assert entry.seq in self.saved
                assert entry.seq not in self.acknowledged
                self.in_flight.append(entry.seq)
        assert self.in_flight == sorted(self.in_flight)

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data())
    def acknowledge(self, data: st.DataObject) -> None:
        """The broker has one that is under way."""
        seq = data.draw(st.sampled_from(self.in_flight))
        self.in_flight.remove(seq)
        self.acknowledged.add(seq)
        self.outbox.acknowledge(seq)

    @rule()
    def lose_the_connection(self) -> None:
        """Everything that is under way waits again."""
        self.outbox.requeue()
        self.in_flight = []

    @rule()
    def die_and_start_again(self) -> None:
        """What was written is there; what was acknowledged just before may come once more."""
        copy = _fast_folder()
        for file in self.folder.iterdir():  # what kill -9 leaves: no goodbye to the file
            shutil.copy(file, copy)
        self.writer.close()
        shutil.rmtree(self.folder)
        self.folder = copy
        self.start()
        assert self.outbox.last_seq == self.last_saved
        self.acknowledged = set()
        self.unsaved = []

    @invariant()
    def every_message_is_accounted_for(self) -> None:
        """Told and not acknowledged is held; nothing is dropped, and no fault is seen."""
        held = {*self.saved, *self.unsaved} - self.acknowledged
        assert len(self.outbox) == self.health.messages_waiting == len(held)
        assert (self.health.messages_dropped, self.health.outbox_faults) == (0, 0)

    def teardown(self) -> None:
        """In the end all of it goes out, once and in order."""
        self.write()
        self.lose_the_connection()
        expected = [seq for seq in self.saved if seq not in self.acknowledged]
        assert sent(self.outbox, self.writer) == expected
        self.writer.close()
        shutil.rmtree(self.folder)


ScribeMachine.TestCase.settings = settings(deadline=None, stateful_step_count=25, max_examples=30)
TestScribe = ScribeMachine.TestCase


def test_nothing_goes_out_that_is_not_on_the_disk(tmp_path: Path) -> None:
    """A row reaches the file before it reaches the network."""
    outbox, writer = outbox_file(tmp_path / "outbox.db")
    outbox.append(message(1))
    assert outbox.next_unsent() is None
    writer.write_pending()
    entry = outbox.next_unsent()
    assert entry is not None
    assert entry.payload == encode(message(1))


def test_what_an_earlier_run_told_says_so(tmp_path: Path) -> None:
    """It is late, however soon the next run begins; what that one tells is not."""
    outbox, writer = outbox_file(tmp_path / "outbox.db")
    outbox.append(message(1))
    writer.write_pending()
    writer.close()
    again, writer = outbox_file(tmp_path / "outbox.db")
    again.append(message(2))
    writer.write_pending()
    entries = [again.next_unsent(), again.next_unsent()]
    assert [b'"backfilled":true' in entry.payload for entry in entries if entry] == [True, False]


def test_numbers_go_on_when_nothing_is_left(tmp_path: Path) -> None:
    """Also when every message was acknowledged, and every row is gone."""
    outbox, writer = outbox_file(tmp_path / "outbox.db")
    for seq in range(1, 8):
        outbox.append(message(seq))
    assert sent(outbox, writer) == [1, 2, 3, 4, 5, 6, 7]
    writer.close()
    again, writer = outbox_file(tmp_path / "outbox.db")
    assert (len(again), again.last_seq) == (0, 7)


def test_a_long_queue_is_not_all_in_memory(tmp_path: Path) -> None:
    """Ten thousand lie on the disk, a few hundred are at hand, and all come out in order."""
    outbox, writer = outbox_file(tmp_path / "outbox.db", capacity=100_000)
    for seq in range(1, 10_001):
        outbox.append(message(seq))
    writer.write_pending()
    assert len(outbox) == 10_000
    assert len(outbox.loaded()) < 500
    assert sent(outbox, writer) == list(range(1, 10_001))


def test_a_full_budget_keeps_the_latest_and_counts_the_rest(tmp_path: Path) -> None:
    """The oldest go, the newest stay, and the file does not outgrow its budget by much."""
    health = Health()
    outbox, writer = outbox_file(tmp_path / "outbox.db", health, budget_bytes=MEGABYTE)
    for seq in range(1, 10_001):
        outbox.append(message(seq))
        if seq % 500 == 0:
            writer.write_pending()
    assert (tmp_path / "outbox.db").stat().st_size < 1.5 * MEGABYTE
    got = sent(outbox, writer)
    assert got == list(range(10_001 - len(got), 10_001))
    assert len(got) > 1_000
    assert health.messages_dropped == 10_000 - len(got)


def test_the_disk_gets_back_what_a_long_queue_took(tmp_path: Path) -> None:
    """A broker that was away for days does not cost that much of the disk for ever."""
    outbox, writer = outbox_file(tmp_path / "outbox.db", capacity=100_000)
    for seq in range(1, 20_001):
        outbox.append(message(seq))
    sent(outbox, writer)
    for _ in range(50):
        writer.write_pending()
    writer.close()
    assert (tmp_path / "outbox.db").stat().st_size < 2 * MEGABYTE


def test_a_slow_disk_bounds_what_waits_for_it(tmp_path: Path) -> None:
    """What the disk does not take in time is held up to the capacity, then counted."""
    health = Health()
    outbox, writer = outbox_file(tmp_path / "outbox.db", health, capacity=10)
    told = [outbox.append(message(seq)) for seq in range(1, 26)]
    assert told == [True] * 10 + [False] * 15
    assert sent(outbox, writer) == list(range(16, 26))
    assert (health.messages_dropped, health.messages_sent) == (15, 10)


def test_two_processes_do_not_share_a_file(tmp_path: Path) -> None:
    """Their numbers and their messages would mix."""
    _, writer = outbox_file(tmp_path / "outbox.db")
    with pytest.raises(PublishError, match="in use by another process") as caught:
        OutboxWriter(tmp_path / "outbox.db", MEGABYTE, Outbox(10, Health()), Health(), lambda: None)
    assert "mqtt.outbox" in caught.value.hint
    writer.close()


def test_the_folder_is_made_and_others_cannot_read_the_file(tmp_path: Path) -> None:
    """What was heard is nobody else's business."""
    outbox, writer = outbox_file(tmp_path / "new" / "folder" / "outbox.db")
    outbox.append(message(1))
    writer.write_pending()
    files = list((tmp_path / "new" / "folder").iterdir())
    assert len(files) >= 2
    assert [file.name for file in files if file.stat().st_mode & 0o007] == []
    writer.close()


@pytest.mark.parametrize("seed", range(3))
def test_answers_in_any_order_remove_what_was_answered(tmp_path: Path, seed: int) -> None:
    """A broker may acknowledge the third before the first; a restart brings the first alone."""
    outbox, writer = outbox_file(tmp_path / "outbox.db")
    for seq in range(1, 21):
        outbox.append(message(seq))
    writer.write_pending()
    in_flight = [entry.seq for _ in range(20) if (entry := outbox.next_unsent())]
    random.Random(seed).shuffle(in_flight)  # noqa: S311 - the same order in every run
    for seq in in_flight[5:]:
        outbox.acknowledge(seq)
    writer.write_pending()
    writer.close()
    assert sent(*outbox_file(tmp_path / "outbox.db")) == sorted(in_flight[:5])
