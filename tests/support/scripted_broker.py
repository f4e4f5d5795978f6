"""An MQTT 5 broker whose every reply a test decides, for what no real broker can be made to do."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

CONNECT, CONNACK, PUBLISH, PUBACK = 1, 2, 3, 4
SUBSCRIBE, SUBACK, PINGREQ, DISCONNECT = 8, 9, 12, 14
WILL_FLAG, WILL_QOS, WILL_RETAIN = 0x04, 0x18, 0x20
_FLAGS_AT = 7
"""The connect flags of a CONNECT, behind the name and the version of the protocol."""


@dataclass(frozen=True)
class Packet:
    """A packet of the client.

    Attributes:
        first_byte: Its type and flags.
        body: What follows its length.
    """

    first_byte: int
    body: bytes

    @property
    def kind(self) -> int:
        """The type."""
        return self.first_byte >> 4

    @property
    def qos(self) -> int:
        """The QoS of a PUBLISH."""
        return self.first_byte >> 1 & 3

    @property
    def is_retained(self) -> bool:
        """True for a PUBLISH with RETAIN."""
        return bool(self.first_byte & 1)

    @property
    def topic(self) -> str:
        """The topic of a PUBLISH."""
        return self.body[2 : 2 + int.from_bytes(self.body[:2])].decode()

    @property
    def mid(self) -> bytes:
        """The packet identifier of a PUBLISH with QoS 1 or of a SUBSCRIBE."""
        start = 2 + int.from_bytes(self.body[:2]) if self.kind == PUBLISH else 0
        return self.body[start : start + 2]

    @property
    def size(self) -> int:
        """The size in bytes."""
        return len(packet(self.first_byte, self.body))

    @property
    def will_flags(self) -> int:
        """The connect flags of a CONNECT."""
        return self.body[_FLAGS_AT]


def packet(first_byte: int, body: bytes) -> bytes:
    """Returns a packet with its length."""
    length, encoded = len(body), b""
    while True:
        length, part = length >> 7, length & 0x7F
        encoded += bytes([part | 0x80 if length else part])
        if not length:
            return bytes([first_byte]) + encoded + body


def connack(code: int = 0, properties: bytes = b"") -> bytes:
    """Returns a CONNACK."""
    return packet(CONNACK << 4, bytes([0, code, len(properties)]) + properties)


def text_property(identifier: int, text: str) -> bytes:
    """Returns a property with a text, such as a Reason String (0x1F)."""
    return bytes([identifier]) + len(text.encode()).to_bytes(2) + text.encode()


def default_reply(received: Packet) -> bytes | None:
    """Returns what a broker that accepts everything sends."""
    match received.kind:
        case 1:
            return connack()
        case 3 if received.qos:
            return packet(PUBACK << 4, received.mid)
        case 8:
            topics = received.body[3:]
            count = 0
            while topics:
                topics = topics[3 + int.from_bytes(topics[:2]) :]
                count += 1
            return packet(SUBACK << 4, received.mid + b"\0" + b"\1" * count)
        case 12:
            return packet(13 << 4, b"")
        case 14:
            return None
    return b""


Reply = Callable[[Packet], bytes | None]
"""Returns what the broker sends for a packet; None to close the connection."""


@dataclass
class ScriptedBroker:
    """A broker on a loopback port; each client has a thread.

    Attributes:
        port: Its port.
        reply: Decides on each packet.
        received: All packets of all clients.
    """

    port: int
    reply: Reply
    received: list[Packet] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The address, as in soundpost's configuration."""
        return f"mqtt://127.0.0.1:{self.port}"

    def of_kind(self, kind: int) -> list[Packet]:
        """Returns the packets of a type so far."""
        return [received for received in list(self.received) if received.kind == kind]

    def published(self, topic: str) -> list[Packet]:
        """Returns the messages on a topic so far."""
        return [received for received in self.of_kind(PUBLISH) if received.topic == topic]

    def serve(self, client: socket.socket) -> None:
        """Replies to a client until it closes, or the script does."""
        with client, contextlib.suppress(OSError):
            stream = client.makefile("rb")
            while (received := _read(stream.read)) is not None:
                self.received.append(received)
                if (answer := self.reply(received)) is None:
                    return
                client.sendall(answer)


def _read(read: Callable[[int], bytes]) -> Packet | None:
    first = read(1)
    if not first:
        return None
    length, shift = 0, 0
    while True:
        part = read(1)
        if not part:
            return None
        length |= (part[0] & 0x7F) << shift
        shift += 7
        if part[0] < 0x80:
            break
    return Packet(first[0], read(length))


@contextlib.contextmanager
def scripted_broker(reply: Reply = default_reply) -> Iterator[ScriptedBroker]:
    """Provides a broker until the end of the context."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        broker = ScriptedBroker(listener.getsockname()[1], reply)
        clients: list[socket.socket] = []

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    clients.append(listener.accept()[0])
                    threading.Thread(target=broker.serve, args=(clients[-1],), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield broker
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)
            for client in clients:
                with contextlib.suppress(OSError):
                    client.shutdown(socket.SHUT_RDWR)
