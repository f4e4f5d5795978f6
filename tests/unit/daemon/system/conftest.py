"""Fixtures of the interface to systemd."""

import secrets
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest


class NotifySocket:
    """A datagram socket like that of systemd.

    Args:
        address: A path, or `@` and an abstract name.
    """

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.bind(f"\0{address[1:]}" if address.startswith("@") else address)

    def received(self) -> list[str]:
        """Returns the assignments that came since the last call, in order."""
        lines = []
        while True:
            try:
                lines += self._socket.recv(4096).decode().split("\n")
            except BlockingIOError:
                return lines

    def close(self) -> None:
        """Closes the socket."""
        self._socket.close()


@pytest.fixture(params=["path", "abstract"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Provides an address of both kinds that systemd uses."""
    return str(tmp_path / "notify") if request.param == "path" else f"@{secrets.token_hex(8)}"


@pytest.fixture
def systemd(address: str) -> Iterator[NotifySocket]:
    """Provides a socket bound to the address."""
    notify_socket = NotifySocket(address)
    yield notify_socket
    notify_socket.close()
