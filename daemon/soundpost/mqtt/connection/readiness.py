"""Waits until a socket can be read or written."""

import select
import socket
from typing import NamedTuple, Protocol

_MILLISECONDS = 1_000.0


class HasDescriptor(Protocol):
    """A socket, also one with TLS."""

    def fileno(self) -> int:
        """Returns its file descriptor."""


class Readiness(NamedTuple):
    """States of a socket; an error counts as readable, so that the read reports it."""

    can_read: bool
    can_write: bool


def wait_until_ready(
    sock: HasDescriptor,
    timeout_seconds: float,
    wake: socket.socket | None,
    *,
    reads: bool,
    writes: bool,
) -> Readiness:
    """Returns what a socket is ready for, after a wait at most.

    Args:
        sock: The socket.
        timeout_seconds: The longest wait.
        wake: Another socket that ends the wait when it is readable.
        reads: True to wait for bytes.
        writes: True to wait for room.
    """
    # Not select.select, which fails for a descriptor above 1023.
    poller = select.poll()
    poller.register(sock, (select.POLLIN if reads else 0) | (select.POLLOUT if writes else 0))
    if wake is not None:
        poller.register(wake, select.POLLIN)
    found = dict(poller.poll(timeout_seconds * _MILLISECONDS)).get(sock.fileno(), 0)
    return Readiness(bool(found & ~select.POLLOUT), bool(found & select.POLLOUT))
