"""A fake MQTT 5 broker that acknowledges only what a test wants."""

import contextlib
import socket
from collections.abc import Iterator

_PUBLISH = 3
_PUBACK = 4


def connack(receive_maximum: int) -> bytes:
    """Returns a CONNACK packet with a Receive Maximum (MQTT 5, section 3.2.2.3.3)."""
    return bytes([0x20, 6, 0, 0, 3, 0x21, *receive_maximum.to_bytes(2)])


class SilentBroker:
    """Accepts one client and sends only the packets that the test's own thread calls for."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._client: socket.socket | None = None
        self.url = f"mqtt://127.0.0.1:{listener.getsockname()[1]}"

    def accept(self, receive_maximum: int) -> None:
        """Accepts the client and sends CONNACK."""
        self._client, _ = self._listener.accept()
        self._client.sendall(connack(receive_maximum))

    def acknowledge(self, mid: int) -> None:
        """Sends PUBACK for one message."""
        assert self._client is not None
        self._client.sendall(bytes([_PUBACK << 4, 2, *mid.to_bytes(2)]))

    def send(self, packets: bytes) -> None:
        """Sends any bytes; a client that has gone is no failure."""
        assert self._client is not None
        with contextlib.suppress(OSError):
            self._client.sendall(packets)

    def published(self) -> int:
        """Returns how many messages arrived before the client closed; they must be short."""
        assert self._client is not None
        received = b""
        while more := self._client.recv(65_536):
            received += more
        return _count_publishes(received)

    def close(self) -> None:
        """Closes the connection."""
        if self._client is not None:
            self._client.close()


def _count_publishes(received: bytes) -> int:
    count = 0
    while received:
        length = received[1]
        assert length < 0x80, "a length of more than one byte"
        count += received[0] >> 4 == _PUBLISH
        received = received[2 + length :]
    return count


@contextlib.contextmanager
def silent_broker() -> Iterator[SilentBroker]:
    """Provides a broker until the end of the context."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        broker = SilentBroker(listener)
        try:
            yield broker
        finally:
            broker.close()
