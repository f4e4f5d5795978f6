"""A broker that says welcome and then nothing, byte by byte of MQTT 5."""

import contextlib
import socket
from collections.abc import Iterator

_PUBLISH = 3
_PUBACK = 4


def connack(receive_maximum: int) -> bytes:
    """A welcome that allows so many unacknowledged messages (MQTT 5, 3.2.2.3.3)."""
    return bytes([0x20, 6, 0, 0, 3, 0x21, *receive_maximum.to_bytes(2)])


class DeafBroker:
    """Takes one client; what it does is done by the calls of the test, on the test's own thread."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._caller: socket.socket | None = None
        self.url = f"mqtt://127.0.0.1:{listener.getsockname()[1]}"

    def welcome(self, receive_maximum: int) -> None:
        """Let the client in that has called."""
        self._caller, _ = self._listener.accept()
        self._caller.sendall(connack(receive_maximum))

    def acknowledge(self, mid: int) -> None:
        """Take one message."""
        assert self._caller is not None
        self._caller.sendall(bytes([_PUBACK << 4, 2, *mid.to_bytes(2)]))

    def published(self) -> int:
        """How many messages had arrived when the client left; they are short ones."""
        assert self._caller is not None
        received = b""
        while more := self._caller.recv(65_536):
            received += more
        return _count_publishes(received)

    def close(self) -> None:
        """Hang up."""
        if self._caller is not None:
            self._caller.close()


def _count_publishes(received: bytes) -> int:
    count = 0
    while received:
        length = received[1]
        assert length < 0x80, "a length of more than one byte"
        count += received[0] >> 4 == _PUBLISH
        received = received[2 + length :]
    return count


@contextlib.contextmanager
def deaf_broker() -> Iterator[DeafBroker]:
    """One that listens as long as the context."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        broker = DeafBroker(listener)
        try:
            yield broker
        finally:
            broker.close()
