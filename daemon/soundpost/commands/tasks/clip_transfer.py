"""Sends a file of a clip to the broker, a slice of work between two chunks."""

import hashlib
import time
from collections.abc import Callable
from pathlib import Path

from soundpost.errors import PublishError
from soundpost.evidence.store.clip_file import ClipFile
from soundpost.evidence.store.work_slice import WorkSlice
from soundpost.messages.command import ClipCommand
from soundpost.messages.result import CommandOutcome, CommandStatus
from soundpost.publish.inbox.pieces import PieceSlot

PIECE_BYTES = 16_384
"""Some 22 kB on the wire. A detection waits behind one piece at most: for 3 s at 64 kbit/s."""
SMALLEST_PIECE_BYTES = 512
"""A broker that takes no packet of a kilobyte takes no detection either."""
SLICE_SECONDS = 0.01
"""The work between two chunks, as a rule of 0.05 to 0.1 s of sound."""
_HASHED_BYTES = 65_536
LONGEST_WAIT_SECONDS = 60.0
"""A transfer is given up when the broker has replied to no piece for so long."""


class ClipTransfer:
    """Computes the hash of a file, then publishes a piece whenever the last one is acknowledged.

    Between two chunks it reads what fits in a slice of time, or one piece.

    Args:
        file: The file; it is closed at the end.
        command: The command.
        pieces: Publishes them.
        monotonic_seconds: The clock of slices and waits.
    """

    def __init__(
        self,
        file: ClipFile,
        command: ClipCommand,
        pieces: PieceSlot,
        *,
        monotonic_seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._file = file
        self._command = command
        self._pieces = pieces
        self._monotonic_seconds = monotonic_seconds
        self._hash = hashlib.sha256()
        self._hashed_bytes = 0
        self._offset = command.offset
        self._piece_bytes = PIECE_BYTES
        self._sent_bytes: int | None = None
        self._progress_seconds = monotonic_seconds()

    def advance(self, *, is_last: bool) -> CommandOutcome | None:  # noqa: ARG002 - it needs no sound
        """Does a little more; returns the outcome at the end, else None."""
        try:
            outcome = self._step()
        except OSError as error:
            outcome = _failed(f"{self._command.file} cannot be read: {error.strerror}")
        if outcome is not None:
            self._pieces.clear()
            self._file.close()
        return outcome

    def _step(self) -> CommandOutcome | None:
        if self._pieces.is_closed:
            return _failed("the node is stopping", "send it again when it is back")
        if self._hashed_bytes < self._file.size_bytes:
            return self._hash_slice()
        if self._sent_bytes is not None:
            reply = self._pieces.pop_outcome()
            if reply is None:
                return self._wait()
            if reply.is_too_large and self._piece_bytes > SMALLEST_PIECE_BYTES:
                self._piece_bytes //= 2
            elif reply.refusal is not None:
                return _failed(f"the broker refuses a piece: {reply.refusal}")
            else:
                self._offset += self._sent_bytes
                if self._offset >= self._file.size_bytes:
                    text = f"{self._command.file} is sent, {self._file.size_bytes} bytes"
                    return CommandOutcome(CommandStatus.DONE, text)
        return self._send_piece()

    def _hash_slice(self) -> CommandOutcome | None:
        limit = WorkSlice(SLICE_SECONDS, self._monotonic_seconds)
        while self._hashed_bytes < self._file.size_bytes and limit.take():
            part = self._file.read(self._hashed_bytes, _HASHED_BYTES)
            if not part:
                return _failed("the file has become shorter")
            self._hash.update(part)
            self._hashed_bytes += len(part)
        return None

    def _wait(self) -> CommandOutcome | None:
        waited_seconds = self._monotonic_seconds() - self._progress_seconds
        if waited_seconds > LONGEST_WAIT_SECONDS:
            return _failed("the broker has not replied for a minute")
        return None

    def _send_piece(self) -> CommandOutcome | None:
        data = self._file.read(self._offset, self._piece_bytes)
        if not data and self._offset < self._file.size_bytes:
            return _failed("the file has become shorter")
        payload = self._pieces.build(
            id=self._command.id,
            file=self._command.file,
            size_bytes=self._file.size_bytes,
            sha256=self._hash.hexdigest(),
            offset=self._offset,
            data=data,
        )
        self._pieces.put(payload)
        self._sent_bytes, self._progress_seconds = len(data), self._monotonic_seconds()
        return None


def open_for_sending(folder: Path | None, command: ClipCommand) -> ClipFile:
    """Opens the file that a command names.

    Args:
        folder: The folder of the clips; None if none may be sent.
        command: The command.

    Raises:
        PublishError: There is none, or it may not be sent, or the offset is behind its end.
    """
    if folder is None:
        raise PublishError("this node sends no clips", hint="set evidence.send_clips")
    try:
        file = ClipFile(folder, command.file)
    except OSError as error:
        raise PublishError(
            f"there is no clip file {command.file} here: {error.strerror}",
            hint="it may have been removed by its age, or for space",
        ) from error
    if command.offset > file.size_bytes:
        size_bytes = file.size_bytes
        file.close()
        raise PublishError(
            f"{command.file} has {size_bytes} bytes, fewer than the offset",
            hint="begin again with offset 0",
        )
    return file


def _failed(message: str, hint: str = "send the command again") -> CommandOutcome:
    return CommandOutcome(CommandStatus.FAILED, message, hint)
