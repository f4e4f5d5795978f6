"""The signals that a supervisor handles, as a queue that a selector can wait for."""

import signal
import socket
from collections.abc import Iterator
from contextlib import suppress
from types import FrameType
from typing import Any, ClassVar, Self

_MOST_AT_ONCE = 4_096


class SignalQueue:
    """Receives signals in the order of their arrival, as a context manager.

    Python writes the number of each signal to a socket (`signal.set_wakeup_fd`), so that none is
    lost between two looks, and a wait for the socket ends at once. SIGHUP is left as it is while
    it has no handler: a terminal sends it when it is closed.

    Attributes:
        STOPPING: The signals that end the supervisor.
        RELOADING: The signal that makes it read the configuration again.
    """

    STOPPING: ClassVar = (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1)
    RELOADING: ClassVar = signal.SIGHUP

    def __init__(self) -> None:
        self._reader, self._writer = socket.socketpair()
        self._reader.settimeout(0.0)
        self._writer.settimeout(0.0)
        self._earlier: dict[signal.Signals, Any] = {}
        self._earlier_descriptor = -1

    def __enter__(self) -> Self:
        self._earlier_descriptor = signal.set_wakeup_fd(
            self._writer.fileno(), warn_on_full_buffer=False
        )
        for number in (*self.STOPPING, signal.SIGCHLD):
            self._earlier[number] = signal.signal(number, _note)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._earlier.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._earlier_descriptor)
        self._reader.close()
        self._writer.close()

    def fileno(self) -> int:
        """Returns the descriptor, for a selector."""
        return self._reader.fileno()

    def received(self) -> Iterator[signal.Signals]:
        """Yields the signals that have come since the last call."""
        with suppress(BlockingIOError):
            for number in self._reader.recv(_MOST_AT_ONCE):
                yield signal.Signals(number)


def _note(_number: int, _frame: FrameType | None) -> None:
    """Does nothing: the number of the signal is in the queue."""
