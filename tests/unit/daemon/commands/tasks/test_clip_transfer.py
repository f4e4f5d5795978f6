"""A clip that is sent between two chunks."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from manual_clock import ManualClock

from soundpost.commands.tasks.clip_transfer import (
    LONGEST_WAIT_SECONDS,
    PIECE_BYTES,
    SMALLEST_PIECE_BYTES,
    ClipTransfer,
    open_for_sending,
)
from soundpost.errors import PublishError
from soundpost.messages import NodeName
from soundpost.messages.command import ClipCommand
from soundpost.messages.result import CommandOutcome, CommandStatus
from soundpost.publish.inbox.pieces import PieceOutcome, PieceSlot

NAME = "20261120T073121Z-dog-6da2fa14.flac"
CONTENT = bytes(range(256)) * 200


class Broker(PieceSlot):
    """A slot whose pieces a broker takes or refuses at once.

    Attributes:
        pieces: The pieces so far.
        largest_bytes: The largest piece that it takes.
        is_away: True if it never replies.
        refusal: The reason for which it refuses each piece.
    """

    def __init__(self) -> None:
        super().__init__("soundpost/gate/clip", NodeName("gate"), lambda: None)
        self.pieces: list[dict[str, Any]] = []
        self.largest_bytes = 1 << 30
        self.is_away = False
        self.refusal: str | None = None

    def put(self, payload: bytes) -> None:
        """Takes a piece, or refuses it."""
        self._is_too_large = len(payload) > self.largest_bytes
        if not self._is_too_large:
            self.pieces.append(json.loads(payload))

    def pop_outcome(self) -> PieceOutcome | None:
        """Returns the reply to the latest piece."""
        if self.is_away:
            return None
        return PieceOutcome("too large" if self._is_too_large else self.refusal, self._is_too_large)

    @property
    def content(self) -> bytes:
        """The bytes of all pieces."""
        return b"".join(base64.b64decode(piece["data"]) for piece in self.pieces)


class SlowCard(ManualClock):
    """A clock by which two reads fill a slice of 10 ms."""

    def __call__(self) -> float:
        """Returns the time, which goes on by 6 ms."""
        self.seconds += 0.006
        return self.seconds


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Provides a folder with a clip."""
    (tmp_path / NAME).write_bytes(CONTENT)
    return tmp_path


def start(
    folder: Path, broker: PieceSlot, offset: int = 0, clock: ManualClock | None = None
) -> ClipTransfer:
    """Starts to send the clip."""
    command = ClipCommand(id="a1", file=NAME, offset=offset)
    file = open_for_sending(folder, command)
    return ClipTransfer(file, command, broker, monotonic_seconds=clock or ManualClock())


def finish(transfer: ClipTransfer) -> CommandOutcome:
    """Advances a transfer to its end."""
    for _ in range(1_000):
        outcome = transfer.advance(is_last=False)
        if outcome is not None:
            return outcome
    raise AssertionError("it has no end")


def test_the_pieces_are_the_file_with_its_hash(folder: Path) -> None:
    """In order, each of a bounded size."""
    broker = Broker()
    outcome = finish(start(folder, broker))
    assert outcome.status is CommandStatus.DONE
    assert broker.content == CONTENT
    assert [piece["offset"] for piece in broker.pieces] == [0, PIECE_BYTES, 2 * PIECE_BYTES, 49_152]
    assert {piece["sha256"] for piece in broker.pieces} == {hashlib.sha256(CONTENT).hexdigest()}
    assert {piece["size_bytes"] for piece in broker.pieces} == {len(CONTENT)}


def test_a_transfer_goes_on_from_an_offset(folder: Path) -> None:
    """The hash is that of the whole file."""
    broker = Broker()
    assert finish(start(folder, broker, 50_000)).status is CommandStatus.DONE
    assert broker.content == CONTENT[50_000:]
    assert broker.pieces[0]["sha256"] == hashlib.sha256(CONTENT).hexdigest()


def test_an_empty_file_is_one_empty_piece(folder: Path) -> None:
    """The receiver learns that it is complete."""
    (folder / NAME).write_bytes(b"")
    broker = Broker()
    assert finish(start(folder, broker)).status is CommandStatus.DONE
    assert [(piece["size_bytes"], piece["data"]) for piece in broker.pieces] == [(0, "")]


def test_a_large_file_is_hashed_in_slices_of_time(folder: Path) -> None:
    """No piece is sent before the end of it, and no chunk waits for it."""
    (folder / NAME).write_bytes(b"x" * 1_000_000)
    broker = Broker()
    transfer = start(folder, broker, clock=SlowCard())
    steps = 0
    while not broker.pieces:
        assert transfer.advance(is_last=False) is None
        steps += 1
    assert steps >= 8


def test_smaller_pieces_are_sent_to_a_broker_that_takes_no_larger_ones(folder: Path) -> None:
    """As its Maximum Packet Size has it."""
    broker = Broker()
    broker.largest_bytes = 6_000
    assert finish(start(folder, broker)).status is CommandStatus.DONE
    assert broker.content == CONTENT
    broker.largest_bytes = SMALLEST_PIECE_BYTES
    outcome = finish(start(folder, broker))
    assert outcome.status is CommandStatus.FAILED
    assert "too large" in outcome.message


def test_a_refused_piece_ends_the_transfer(folder: Path) -> None:
    """The result has the reason of the broker."""
    broker = Broker()
    broker.refusal = "Not authorized"
    outcome = finish(start(folder, broker))
    assert (outcome.status, "Not authorized" in outcome.message) == (CommandStatus.FAILED, True)


def test_a_broker_that_does_not_reply_ends_the_transfer(folder: Path) -> None:
    """Another one can begin then."""
    clock, broker = ManualClock(), Broker()
    broker.is_away = True
    transfer = start(folder, broker, clock=clock)
    for _ in range(5):
        assert transfer.advance(is_last=False) is None
    clock.seconds += LONGEST_WAIT_SECONDS + 1.0
    outcome = transfer.advance(is_last=False)
    assert outcome is not None
    assert outcome.status is CommandStatus.FAILED


def test_a_node_that_stops_ends_the_transfer(folder: Path) -> None:
    """A lost microphone does not."""
    broker = Broker()
    transfer = start(folder, broker)
    assert transfer.advance(is_last=True) is None
    broker.is_closed = True
    outcome = transfer.advance(is_last=True)
    assert outcome is not None
    assert "stopping" in outcome.message


def test_a_removed_clip_is_sent_to_its_end_and_a_shorter_one_is_not(folder: Path) -> None:
    """The file is open."""
    broker = Broker()
    transfer = start(folder, broker)
    (folder / NAME).unlink()
    assert finish(transfer).status is CommandStatus.DONE
    (folder / NAME).write_bytes(CONTENT)
    transfer = start(folder, broker)
    transfer.advance(is_last=False)
    (folder / NAME).write_bytes(b"x")
    assert finish(transfer).status is CommandStatus.FAILED


def test_only_clips_that_may_be_sent_are_opened(folder: Path) -> None:
    """By a node that is configured so, and no link."""
    with pytest.raises(PublishError, match="sends no clips"):
        open_for_sending(None, ClipCommand(id="a1", file=NAME))
    with pytest.raises(PublishError, match="fewer than the offset"):
        open_for_sending(folder, ClipCommand(id="a1", file=NAME, offset=len(CONTENT) + 1))
    with pytest.raises(PublishError, match="no clip file"):
        open_for_sending(folder, ClipCommand(id="a1", file=NAME.replace("dog", "cat")))
    (folder / NAME.replace("dog", "cat")).symlink_to("/etc/passwd")
    with pytest.raises(PublishError, match="no clip file"):
        open_for_sending(folder, ClipCommand(id="a1", file=NAME.replace("dog", "cat")))
