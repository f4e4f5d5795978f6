"""Ends a conversation with a service that takes too long, however slowly it trickles."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

LONGEST_SECONDS = 60.0
"""Of one attempt, with its attachments over a slow line."""
SILENT_SECONDS = 15.0
"""The longest wait for one answer, or for a connection."""


@contextmanager
def cut_off(find_socket: Callable[[], socket.socket | None], seconds: float) -> Iterator[None]:
    """Shuts the socket down if the context lasts for longer; what waits for it then fails.

    Args:
        find_socket: Returns the socket, or None while there is none.
        seconds: The longest duration.
    """

    def shut_down() -> None:
        found = find_socket()
        if found is not None:
            with suppress(OSError):  # closed meanwhile
                found.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, shut_down)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
