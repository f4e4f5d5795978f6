"""The outbox's file under any order of appending, sending, acknowledging and kill -9."""

import random
import shutil
import tempfile
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sample_messages import message, outbox_file, sent

from soundpost.errors import PublishError
from soundpost.health import Health
from soundpost.messages import encode
from soundpost.publish.outbox import state, storage
from soundpost.publish.outbox.outbox import Outbox
from soundpost.publish.outbox.writer import OutboxWriter

MEGABYTE = 1_000_000


def _fast_folder() -> Path:
    """Returns a folder on a RAM disk if there is one: these tests do not cut the power."""
    memory = Path("/dev/shm")  # noqa: S108 - the folder made in it has a name of its own
    return Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))


class WriterMachine(RuleBasedStateMachine):
    """Appending, writing, sending, acknowledging, losing the connection, kill -9 and restarting.

    The model is the numbers that were appended and neither acknowledged nor lost with the process.
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
        """A process starts."""
        self.health = Health()
        self.outbox, self.writer = outbox_file(self.folder / "outbox.db", self.health)
        self.in_flight = []

    @rule(count=st.integers(1, 30))
    def append(self, count: int) -> None:
        """Messages are appended, with the next numbers."""
        for _ in range(count):
            seq = self.outbox.intake.last_seq + 1
            assert self.outbox.intake.append(message(seq))
            self.unsaved.append(seq)

    @rule()
    def write(self) -> None:
        """The disk has all messages appended until now."""
        self.writer.write_pending()
        self.last_saved = max([self.last_saved, *self.unsaved])
        self.saved += self.unsaved
        self.unsaved = []
        self.saved = [seq for seq in self.saved if seq not in self.acknowledged]

    @rule(count=st.integers(1, 30))
    def send(self, count: int) -> None:
        """A message that is sent is on the disk, and follows those that were sent before it."""
        for _ in range(count):
            if record := self.outbox.feed.next_unsent():
                assert record.seq in self.saved
                assert record.seq not in self.acknowledged
                self.in_flight.append(record.seq)
        assert self.in_flight == sorted(self.in_flight)

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data())
    def acknowledge(self, data: st.DataObject) -> None:
        """The broker acknowledges a message in flight."""
        seq = data.draw(st.sampled_from(self.in_flight))
        self.in_flight.remove(seq)
        self.acknowledged.add(seq)
        self.outbox.feed.acknowledge(seq)

    @rule()
    def lose_the_connection(self) -> None:
        """All messages in flight wait again."""
        self.outbox.feed.requeue()
        self.in_flight = []

    @rule()
    def kill_and_restart(self) -> None:
        """Written messages are there; one acknowledged just before may be sent once more."""
        copy = _fast_folder()
        for file in self.folder.iterdir():  # kill -9 does not close the file
            shutil.copy(file, copy)
        self.writer.close()
        shutil.rmtree(self.folder)
        self.folder = copy
        self.start()
        assert self.outbox.intake.last_seq == self.last_saved
        self.acknowledged = set()
        self.unsaved = []

    @invariant()
    def every_message_is_accounted_for(self) -> None:
        """Unacknowledged messages are held; none is dropped, and no fault is found."""
        held = {*self.saved, *self.unsaved} - self.acknowledged
        assert len(self.outbox.feed) == self.health.messages_waiting == len(held)
        assert (self.health.messages_dropped, self.health.outbox_faults) == (0, 0)

    def teardown(self) -> None:
        """In the end all messages are sent, once and in order."""
        try:
            self.write()
            self.lose_the_connection()
            expected = [seq for seq in self.saved if seq not in self.acknowledged]
            assert sent(self.outbox, self.writer) == expected
        finally:
            self.writer.close()
            shutil.rmtree(self.folder)


class SmallMemoryMachine(WriterMachine):
    """The same with so few messages in memory that most are read back from the file."""

    def __init__(self) -> None:
        self.patches = [
            mock.patch.object(storage, "MOST_IN_MEMORY", 7),
            mock.patch.object(state, "READ_AHEAD", 3),
            mock.patch("soundpost.publish.outbox.writer.MOST_IN_MEMORY", 7),
        ]
        for patch in self.patches:
            patch.start()
        super().__init__()

    def teardown(self) -> None:
        """In the end all messages are sent, once and in order."""
        super().teardown()
        for patch in self.patches:
            patch.stop()


MACHINE_SETTINGS = settings(deadline=None, stateful_step_count=25, max_examples=30)
WriterMachine.TestCase.settings = SmallMemoryMachine.TestCase.settings = MACHINE_SETTINGS
TestWriter = WriterMachine.TestCase
TestWriterOfSmallMemory = SmallMemoryMachine.TestCase


def test_a_message_is_on_the_disk_before_it_is_sent(tmp_path: Path) -> None:
    """A row reaches the file before it reaches the network."""
    outbox, writer = outbox_file(tmp_path / "outbox.db")
    outbox.intake.append(message(1))
    assert outbox.feed.next_unsent() is None
    writer.write_pending()
    record = outbox.feed.next_unsent()
    assert record is not None
    assert record.payload == encode(message(1))


def test_messages_of_an_earlier_run_are_backfilled(tmp_path: Path) -> None:
    """They are late, however soon the next run starts; messages of that run are not."""
    outbox, writer = outbox_file(tmp_path / "outbox.db")
    outbox.intake.append(message(1))
    writer.write_pending()
    writer.close()
    again, writer = outbox_file(tmp_path / "outbox.db")
    again.intake.append(message(2))
    writer.write_pending()
    records = [again.feed.next_unsent(), again.feed.next_unsent()]
    assert [b'"backfilled":true' in record.payload for record in records if record] == [True, False]


def test_numbers_continue_when_no_row_is_left(tmp_path: Path) -> None:
    """The file remembers the last number when every message was acknowledged."""
    outbox, writer = outbox_file(tmp_path / "outbox.db")
    for seq in range(1, 8):
        outbox.intake.append(message(seq))
    assert sent(outbox, writer) == [1, 2, 3, 4, 5, 6, 7]
    writer.close()
    again, writer = outbox_file(tmp_path / "outbox.db")
    assert (len(again.feed), again.intake.last_seq) == (0, 7)


def test_a_long_queue_is_not_all_in_memory(tmp_path: Path) -> None:
    """Of ten thousand messages a few hundred are in memory, and all are sent in order."""
    outbox, writer = outbox_file(tmp_path / "outbox.db", capacity=100_000)
    for seq in range(1, 10_001):
        outbox.intake.append(message(seq))
    writer.write_pending()
    assert len(outbox.feed) == 10_000
    assert len(outbox.storage.stored_in_memory()) < 500
    assert sent(outbox, writer) == list(range(1, 10_001))


def test_a_full_budget_drops_and_counts_the_oldest(tmp_path: Path) -> None:
    """The newest messages stay, and the file does not exceed its budget by much."""
    health = Health()
    outbox, writer = outbox_file(tmp_path / "outbox.db", health, budget_bytes=MEGABYTE)
    for seq in range(1, 10_001):
        outbox.intake.append(message(seq))
        if seq % 500 == 0:
            writer.write_pending()
    assert (tmp_path / "outbox.db").stat().st_size < 1.5 * MEGABYTE
    numbers = sent(outbox, writer)
    assert numbers == list(range(10_001 - len(numbers), 10_001))
    assert len(numbers) > 1_000
    assert health.messages_dropped == 10_000 - len(numbers)


def test_the_file_shrinks_after_a_long_queue(tmp_path: Path) -> None:
    """The space that days without a broker took is given back to the disk."""
    outbox, writer = outbox_file(tmp_path / "outbox.db", capacity=100_000)
    for seq in range(1, 20_001):
        outbox.intake.append(message(seq))
    sent(outbox, writer)
    for _ in range(50):
        writer.write_pending()
    writer.close()
    assert (tmp_path / "outbox.db").stat().st_size < 2 * MEGABYTE


def test_messages_that_wait_for_a_slow_disk_are_bounded(tmp_path: Path) -> None:
    """They are held in memory up to the capacity; the oldest are dropped and counted."""
    health = Health()
    outbox, writer = outbox_file(tmp_path / "outbox.db", health, capacity=10)
    were_held = [outbox.intake.append(message(seq)) for seq in range(1, 26)]
    assert were_held == [True] * 10 + [False] * 15
    assert sent(outbox, writer) == list(range(16, 26))
    assert (health.messages_dropped, health.messages_sent) == (15, 10)


def test_two_processes_do_not_share_a_file(tmp_path: Path) -> None:
    """The second one is refused, because numbers and messages would mix."""
    _, writer = outbox_file(tmp_path / "outbox.db")
    with pytest.raises(PublishError, match="in use by another process") as caught:
        OutboxWriter(
            tmp_path / "outbox.db", MEGABYTE, Outbox(10, Health()).storage, Health(), lambda: None
        )
    assert "mqtt.outbox" in caught.value.hint
    writer.close()


def test_the_folder_is_created_and_other_users_cannot_read_the_file(tmp_path: Path) -> None:
    """No file has rights for others."""
    outbox, writer = outbox_file(tmp_path / "new" / "folder" / "outbox.db")
    outbox.intake.append(message(1))
    writer.write_pending()
    files = list((tmp_path / "new" / "folder").iterdir())
    assert len(files) >= 2
    assert [file.name for file in files if file.stat().st_mode & 0o007] == []
    writer.close()


@pytest.mark.parametrize("seed", range(3))
def test_acknowledgements_in_any_order_remove_their_messages(tmp_path: Path, seed: int) -> None:
    """A broker may acknowledge the third message before the first; a restart sends the first."""
    outbox, writer = outbox_file(tmp_path / "outbox.db")
    for seq in range(1, 21):
        outbox.intake.append(message(seq))
    writer.write_pending()
    in_flight = [record.seq for _ in range(20) if (record := outbox.feed.next_unsent())]
    random.Random(seed).shuffle(in_flight)  # noqa: S311 - the same order in every run
    for seq in in_flight[5:]:
        outbox.feed.acknowledge(seq)
    writer.write_pending()
    writer.close()
    assert sent(*outbox_file(tmp_path / "outbox.db")) == sorted(in_flight[:5])
