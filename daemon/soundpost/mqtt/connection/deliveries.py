"""The messages that a connection sends: those that wait, and those in flight."""

import time
from collections import deque

from soundpost.mqtt.limits import BrokerLimits, SizeLimit, publish_bytes
from soundpost.mqtt.message import OutgoingMessage
from soundpost.mqtt.paho_client import PahoClient, Properties, ReasonCode, publish_properties
from soundpost.mqtt.reasons import PACKET_TOO_LARGE, reason_text, too_large


class Deliveries:
    """Sends messages within the limits of the broker, and takes its replies.

    Args:
        client: Sends them.
        size_limit: The largest packet, as earlier connections to this broker have learned it.

    Attributes:
        limits: The limits that the broker has set.
    """

    def __init__(self, client: PahoClient, size_limit: SizeLimit) -> None:
        self.limits = BrokerLimits()
        self._client = client
        self._size_limit = size_limit
        self._to_send: deque[OutgoingMessage] = deque()
        self._in_flight: dict[int, tuple[OutgoingMessage, int]] = {}  # with the size of its packet
        self._progress_seconds = 0.0

    @property
    def unacknowledged(self) -> int:
        """The number of messages that the broker has neither acknowledged nor refused yet."""
        return len(self._in_flight) + len(self._to_send)

    @property
    def packet_limit_bytes(self) -> int | None:
        """The largest packet that the broker takes; None if no limit is known."""
        return self._size_limit.with_announced(self.limits.packet_bytes)

    @property
    def waited_seconds(self) -> float:
        """The time since the broker has acknowledged anything; 0 with nothing in flight."""
        return time.monotonic() - self._progress_seconds if self._in_flight else 0.0

    def add(self, message: OutgoingMessage) -> None:
        """Takes a message, and sends it as soon as the broker's limit of messages allows."""
        self._to_send.append(message)
        self.send()

    def send(self) -> None:
        """Sends what the broker has room for; what is too large for it ends with `TooLarge`."""
        while self._to_send and len(self._in_flight) < self.limits.receive_maximum:
            message = self._to_send.popleft()
            properties, qos = publish_properties(message), min(message.qos, self.limits.qos)
            properties_bytes = len(properties.pack()) if properties is not None else 1  # type: ignore[no-untyped-call]  # paho's gap
            size_bytes = publish_bytes(message.topic, message.payload, properties_bytes, qos)
            limit_bytes = self.packet_limit_bytes
            if limit_bytes is not None and size_bytes > limit_bytes:
                message.on_ack(too_large(size_bytes, limit_bytes))
                continue
            if not self._in_flight:
                self._progress_seconds = time.monotonic()
            is_retained = message.retain and self.limits.has_retain
            sent = self._client.publish(
                message.topic, message.payload, qos, retain=is_retained, properties=properties
            )
            self._in_flight[sent.mid] = message, size_bytes

    def acknowledge(self, mid: int, reason: ReasonCode, properties: Properties | None) -> bool:
        """Takes a PUBACK, and calls `on_ack` of its message.

        Returns:
            False if no such message is in flight.
        """
        message, size_bytes = self._in_flight.pop(mid, (None, 0))
        if message is None:
            return False
        self._progress_seconds = time.monotonic()
        code = self._client.refusals.pop(mid, reason.value)
        if code == PACKET_TOO_LARGE:
            message.on_ack(too_large(size_bytes, None))
        elif reason.is_failure:
            name = str(reason) if code == reason.value else f"reason code {code:#x}"
            message.on_ack(reason_text(name, properties))
        else:
            message.on_ack(None)
        return True

    def learn_size(self) -> None:
        """Takes note that the largest packet in flight was too large for the broker."""
        if self._in_flight:
            self._size_limit.learn(max(size_bytes for _, size_bytes in self._in_flight.values()))
