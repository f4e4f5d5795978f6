"""The limits that a broker sets in CONNACK (MQTT 5, section 3.2.2.3)."""

import time
from collections.abc import Callable, Iterable

import msgspec

RECEIVE_MAXIMUM = 20
"""The most messages in flight, unless the broker's Receive Maximum is lower. Twenty hide a round
trip of a second at twenty detections a second; after a loss at most as many are sent again."""
_AT_LEAST_ONCE = 1
_KEEPALIVE_PARTS = 4
"""A server's keepalive of a second is kept only by a look at the clock every quarter of one."""

_MOST_DISCONNECTS = 2
_LEARNED_SECONDS = 3_600.0
"""As long as a limit holds that the broker did not announce: one lost connection an hour."""


class BrokerLimits(msgspec.Struct, frozen=True):
    """The limits of one connection; the defaults are those of a broker that sets none.

    Attributes:
        receive_maximum: The most messages in flight.
        packet_bytes: The largest packet that the broker accepts; None for any.
        has_retain: False if the broker refuses retained messages.
        qos: The highest QoS, at most the 1 that is used here.
        longest_wait_seconds: The longest time between two looks at the clock of a keepalive that
            the broker set.
    """

    receive_maximum: int = RECEIVE_MAXIMUM
    packet_bytes: int | None = None
    has_retain: bool = True
    qos: int = _AT_LEAST_ONCE
    longest_wait_seconds: float = float("inf")

    @property
    def missing(self) -> str:
        """The guarantees that such a broker cannot give, for the log; empty if it gives all."""
        parts = []
        if not self.has_retain:
            parts.append(
                "retained messages (a subscriber gets status, health and sounds with the next "
                "health report only)"
            )
        if self.qos < _AT_LEAST_ONCE:
            parts.append("QoS 1 (messages can be lost on the way, without a trace)")
        return " and ".join(parts)


def read_limits(properties: object) -> BrokerLimits:
    """Returns the limits in the properties of a CONNACK.

    Args:
        properties: An object with an attribute for each property that the packet has.

    Raises:
        ValueError: A limit is 0, which the standard forbids and which would stop everything.
    """
    receive_maximum = getattr(properties, "ReceiveMaximum", RECEIVE_MAXIMUM)
    packet_bytes = getattr(properties, "MaximumPacketSize", None)
    keepalive_seconds = getattr(properties, "ServerKeepAlive", 0)
    if receive_maximum == 0 or packet_bytes == 0:
        raise ValueError("CONNACK has a Receive Maximum or a Maximum Packet Size of 0")
    return BrokerLimits(
        receive_maximum=min(RECEIVE_MAXIMUM, receive_maximum),
        packet_bytes=packet_bytes,
        has_retain=bool(getattr(properties, "RetainAvailable", 1)),
        qos=min(_AT_LEAST_ONCE, getattr(properties, "MaximumQoS", _AT_LEAST_ONCE)),
        longest_wait_seconds=keepalive_seconds / _KEEPALIVE_PARTS or float("inf"),
    )


def publish_bytes(topic: str, payload: bytes, properties_bytes: int, qos: int) -> int:
    """Returns the size of a PUBLISH packet (section 3.3).

    Args:
        topic: The topic.
        payload: The payload.
        properties_bytes: The size of its properties with their length.
        qos: Its QoS; with 0 the packet has no identifier.
    """
    return _packet_bytes(
        2 + len(topic.encode()) + (2 if qos else 0) + properties_bytes + len(payload)
    )


def subscribe_bytes(topics: Iterable[str]) -> int:
    """Returns the size of a SUBSCRIBE packet without properties (section 3.8)."""
    return _packet_bytes(2 + 1 + sum(2 + len(topic.encode()) + 1 for topic in topics))


def _packet_bytes(remaining: int) -> int:
    """Returns the size of a packet by its remaining length, which takes a byte for seven bits."""
    length_bytes = 1
    while remaining >> 7 * length_bytes:
        length_bytes += 1
    return 1 + length_bytes + remaining


class SizeLimit:
    """The largest packet that a broker accepts, as learned from lost connections.

    A broker that announces no Maximum Packet Size may still drop the connection for a large packet.
    It then gives the reason, and the largest packet in flight was too large. It lives longer than a
    connection: otherwise the next one would send the same packet again. After an hour it is
    forgotten: the limit may have been raised since.

    Args:
        now_seconds: A monotonic clock.
    """

    def __init__(self, *, now_seconds: Callable[[], float] = time.monotonic) -> None:
        self._now_seconds = now_seconds
        self._packet_bytes: int | None = None
        self._learned_seconds = 0.0

    def learn(self, refused_bytes: int) -> None:
        """Records that the broker refused a packet of this size."""
        self._packet_bytes = self.with_announced(refused_bytes - 1)
        self._learned_seconds = self._now_seconds()

    def with_announced(self, announced_bytes: int | None) -> int | None:
        """Returns the lower of this limit and the broker's own one; None if there is neither."""
        if self._now_seconds() - self._learned_seconds > _LEARNED_SECONDS:
            self._packet_bytes = None
        known = [size for size in (self._packet_bytes, announced_bytes) if size is not None]
        return min(known, default=None)


class DisconnectLimit:
    """The connections that the broker seems to have ended over one packet of the client.

    Some brokers disconnect a client that subscribes without permission, or that sends a large
    message. After two such connections the packet is left out; one may be chance. Two may be, too,
    on a bad network: an hour later a new connection tries it again.

    Args:
        now_seconds: A monotonic clock.
    """

    def __init__(self, *, now_seconds: Callable[[], float] = time.monotonic) -> None:
        self._now_seconds = now_seconds
        self._count = 0
        self._latest_seconds = 0.0

    @property
    def is_reached(self) -> bool:
        """True if the packet should be left out now."""
        if self._now_seconds() - self._latest_seconds > _LEARNED_SECONDS:
            self._count = 0
        return self._count >= _MOST_DISCONNECTS

    def add(self) -> None:
        """Records that a connection has ended before the broker replied to the packet."""
        self._count += 1
        self._latest_seconds = self._now_seconds()

    def reset(self) -> None:
        """Records that the broker has replied to the packet."""
        self._count = 0
