"""The bytes of a regular file or a pipe, read forward with waits that can be interrupted."""

import os
import select
import time
from collections.abc import Callable

POLL_SECONDS = 0.1
"""Longest wait between two looks at `is_stopped`, as long as a chunk of a file."""

STALL_SECONDS = 10.0
"""Longest wait for the header of a pipe: far longer than a program needs to start."""

READ_BYTES = 1 << 16
"""Bytes that a pipe holds at most by default on Linux."""


def read_at(descriptor: int, count: int, offset: int) -> bytes:
    """Returns bytes of a regular file; fewer at its end, none where the disk cannot be read."""
    try:
        return os.pread(descriptor, count, offset)
    except OSError:
        return b""


class ByteStream:
    """The bytes of a file or a pipe, from their start to their end.

    Args:
        descriptor: Open for reading; closed by the caller.
        size: Bytes of a regular file; None for a pipe, which has no known end.
        is_stopped: Polled while a pipe has no data; once it returns True, the stream is at its end.
        stall_seconds: Longest wait in `peek` and `read` for data of a pipe.

    Attributes:
        position: Offset of the next byte.
    """

    def __init__(
        self,
        descriptor: int,
        size: int | None,
        is_stopped: Callable[[], bool],
        *,
        stall_seconds: float = STALL_SECONDS,
    ) -> None:
        self.descriptor = descriptor
        self.size = size
        self.position = 0
        self._is_stopped = is_stopped
        self._stall_seconds = stall_seconds
        self._ahead = b""
        self._passed: list[bytes] | None = []
        self._is_at_end = False

    @property
    def is_at_end(self) -> bool:
        """True once a pipe has ended."""
        return self._is_at_end

    @property
    def is_stopped(self) -> bool:
        """True once the reader was asked to stop."""
        return self._is_stopped()

    def read(self, count: int) -> bytes:
        """Returns the next bytes; fewer at the end, or after `stall_seconds` without data."""
        data = self.peek(count)
        self._advance(data)
        return data

    def read_available(self, count: int) -> bytes | None:
        """Returns up to `count` next bytes, b"" at the end, None if a pipe has none for now."""
        if self.size is None and not self._ahead:
            self._fill()
            if not self._ahead and not self._is_at_end:
                return None
        data = self._ahead[:count] if self.size is None else self.read_at(self.position, count)
        self._advance(data)
        return data

    def peek(self, count: int) -> bytes:
        """Returns the next bytes and stays before them; fewer at the end, as `read`."""
        if self.size is not None:
            return self.read_at(self.position, count)
        give_up_seconds = time.monotonic() + self._stall_seconds
        while len(self._ahead) < count and not self._is_at_end:
            if self._fill():
                give_up_seconds = time.monotonic() + self._stall_seconds
            elif time.monotonic() > give_up_seconds:
                break
        return self._ahead[:count]

    def skip_to(self, position: int) -> None:
        """Moves forward to an offset; in a regular file also back."""
        if self.size is not None:
            self.position = position
            return
        while self.position < position:
            if not self.read(min(READ_BYTES, position - self.position)):
                return

    def read_at(self, offset: int, count: int) -> bytes:
        """Returns bytes of a regular file; fewer at its end, or before a part that is unreadable.

        A disk with a bad sector, or one that was removed, ends the file early like a cut does.
        """
        pieces = []
        count = min(count, (self.size or 0) - offset)
        while count > 0 and not self._is_stopped():
            piece = read_at(self.descriptor, count, offset)
            if not piece:
                break
            pieces.append(piece)
            offset, count = offset + len(piece), count - len(piece)
        return b"".join(pieces)

    def end_of_data(self, start: int) -> int:
        """Returns where the last hole of a sparse file begins: from there on all bytes are zero.

        Found in 63 steps by `SEEK_DATA`, however large the hole is.
        """
        low, high = start, self.size or 0
        while low < high:
            middle = (low + high) // 2
            try:
                os.lseek(self.descriptor, middle, os.SEEK_DATA)
                low = middle + 1
            except OSError:  # ENXIO: no data from here on
                high = middle
        os.lseek(self.descriptor, 0, os.SEEK_SET)  # libsndfile begins at the descriptor's offset
        return low

    def rewind(self) -> None:
        """Moves back to the start; in a pipe only as long as `forget` was not called.

        Raises:
            ValueError: The start of the pipe was forgotten.
        """
        if self.size is None:
            if self._passed is None:
                raise ValueError(self.position)
            self._ahead = b"".join(self._passed) + self._ahead
            self._passed = []
        self.position = 0

    def forget(self) -> None:
        """Discards what was read of a pipe, and all that will be: `rewind` is not needed."""
        self._passed = None

    def _advance(self, data: bytes) -> None:
        self.position += len(data)
        if self.size is None:
            self._ahead = self._ahead[len(data) :]
            if self._passed is not None:
                self._passed.append(data)

    def _fill(self) -> bool:
        """Waits a moment for data of a pipe; returns whether there was any."""
        if self._is_at_end or self._is_stopped():
            self._is_at_end = True
            return False
        poll = select.poll()
        poll.register(self.descriptor, select.POLLIN)
        if not poll.poll(round(POLL_SECONDS * 1000)):
            return False
        try:
            data = os.read(self.descriptor, READ_BYTES)
        except BlockingIOError:
            return False
        except OSError:  # a socket was reset
            data = b""
        self._is_at_end = not data
        self._ahead += data
        return bool(data)
