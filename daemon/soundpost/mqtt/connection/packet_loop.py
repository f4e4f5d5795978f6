"""Moves packets between a client and its socket, and handles what they report."""

import socket
import ssl
from collections.abc import Callable

from soundpost.errors import PublishError
from soundpost.mqtt.connection.callbacks import Events
from soundpost.mqtt.connection.readiness import wait_until_ready
from soundpost.mqtt.connection.receive_limit import ReceiveLimit
from soundpost.mqtt.paho_client import UNREADABLE, PahoClient

_PAUSE_SECONDS = 0.05
"""The wait of a client that reads nothing, for the sake of its other work."""


class PacketLoop:
    """Runs the client's side of a connection, a step at a time.

    Args:
        client: Reads and writes the packets.
        broken: Makes the error for a packet that breaks the protocol.

    Attributes:
        events: What the client has reported; each step handles all of them.
    """

    def __init__(self, client: PahoClient, broken: Callable[[str], PublishError]) -> None:
        self.events = Events()
        self._client = client
        self._broken = broken
        self._receive_limit = ReceiveLimit(client)

    def step(self, wait_seconds: float, wake: socket.socket | None = None) -> None:
        """Waits for something to do, and does it; returns at once without a socket.

        Args:
            wait_seconds: The longest wait.
            wake: Another socket that ends the wait when it is readable.

        Raises:
            PublishError: A packet breaks the protocol.
        """
        sock = self._client.socket()
        if sock is None:
            return
        has_bytes = isinstance(sock, ssl.SSLSocket) and sock.pending() > 0
        is_blocked = self._client.want_write()
        may_read = self._receive_limit.may_read(is_blocked=is_blocked)
        if not may_read:
            wait_seconds = min(wait_seconds, _PAUSE_SECONDS)
        if self.events or (has_bytes and may_read):
            wait_seconds = 0.0
        ready = wait_until_ready(sock, wait_seconds, wake, reads=may_read, writes=is_blocked)
        if ready.can_write:
            self._client.loop_write()
        if (has_bytes and may_read) or ready.can_read:
            self._read()
        self._client.loop_misc()
        while self.events:
            self.events.popleft()()

    def _read(self) -> None:
        """Reads packets; an unreadable one is a lost connection."""
        try:
            self._client.loop_read()
        except UNREADABLE as error:
            raise self._broken(f"unreadable packet ({type(error).__name__}: {error})") from error
