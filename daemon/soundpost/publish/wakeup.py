"""Wakes a thread that waits for the network."""

import contextlib
import socket
from typing import Self


class Wakeup:
    """Rung from any thread, it ends the wait of the one that has it open; before that it is still.

    As a context manager it is open, once.

    Attributes:
        socket: Readable once it was rung.
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
        """Wake whoever waits."""
        if self._sender is not None:
            with contextlib.suppress(OSError):  # full: it is awake already; closed: it has left
                self._sender.send(b"!")

    def clear(self) -> None:
        """Forget that it was rung."""
        with contextlib.suppress(BlockingIOError):
            self.socket.recv(4096)
