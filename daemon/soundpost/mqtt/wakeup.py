"""Interrupts a `select()` from another thread (the self-pipe trick)."""

import contextlib
import socket
from typing import Self


class Wakeup:
    """A socket that becomes readable when any thread calls `set`.

    Open it as a context manager, once. `set` does nothing before that.

    Attributes:
        socket: Readable after `set`, until `clear`.
    """

    def __init__(self) -> None:
        self._sender: socket.socket | None = None
        self.socket: socket.socket

    def __enter__(self) -> Self:
        sender, self.socket = socket.socketpair()
        sender.settimeout(0.0)
        self.socket.settimeout(0.0)
        self._sender = sender
        return self

    def __exit__(self, *_: object) -> None:
        for end in (self._sender, self.socket):
            if end is not None:
                end.close()

    def set(self) -> None:
        """Makes the socket readable; any thread may call it."""
        if self._sender is not None:
            with contextlib.suppress(OSError):  # full: readable already; closed: not used any more
                self._sender.send(b"!")

    def clear(self) -> None:
        """Resets the socket to not readable."""
        with contextlib.suppress(BlockingIOError):
            self.socket.recv(4096)
