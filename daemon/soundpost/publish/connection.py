"""One MQTT 5 connection; the only file that knows paho.

MQTT 5 because 3.1.1 cannot say no: a message that an access list refuses is reported to its
sender as delivered.
"""

import select
import socket
import ssl
import time
from collections import deque
from collections.abc import Sequence
from typing import Self

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from soundpost.publish.broker import BrokerAddress
from soundpost.publish.errors import lost, no_answer, refused, unreachable
from soundpost.publish.message import IncomingMessage, OnAck, OnMessage, OutgoingMessage

IN_FLIGHT = 20
"""The most messages on their way at once, unless the broker wants fewer."""
LARGEST_BYTES = 300_000
"""What is larger the broker keeps to itself: more than an announcement, less than would hurt."""
_AT_LEAST_ONCE = 1
_CONNECT_SECONDS = 5.0
_GOODBYE_SECONDS = 1.0


class Connection:
    """A connection that is opened, driven and left by one thread; paho never starts its own.

    The session begins clean and ends with the connection (session expiry 0, the default): what
    is said to a node that is not there is not to be done later, and what was not acknowledged is
    kept by the outbox, not by paho. So every connection subscribes anew.

    It connects on entry. On exit it takes leave, so that the broker drops the last will, except
    after an exception: then it only hangs up, and the will is sent.

    Args:
        broker: Where to.
        client_id: Ours, unlike any other client's.
        keepalive_seconds: After one and a half of these without a word the broker gives us up.
        will: Topic and payload that the broker publishes, retained, if we vanish; or None.

    Raises:
        PublishError: On entry, when there is no such broker or it says no.
    """

    def __init__(
        self,
        broker: BrokerAddress,
        client_id: str,
        *,
        keepalive_seconds: int,
        will: tuple[str, bytes] | None = None,
    ) -> None:
        self._broker = broker
        self._keepalive_seconds = keepalive_seconds
        self._to_send: deque[OutgoingMessage] = deque()
        self._waiting: dict[int, OutgoingMessage] = {}
        self._subscribing: dict[int | None, OnAck] = {}
        self._in_flight_limit = IN_FLIGHT
        self._answer: ReasonCode | None = None
        self._loss: ReasonCode | None = None
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            reconnect_on_failure=False,
        )
        self._client.connect_timeout = _CONNECT_SECONDS
        self._client.on_connect = lambda _c, _d, _f, why, more: self._on_connect(why, more)
        self._client.on_publish = lambda _c, _d, mid, why, _more: self._on_ack(mid, why)
        self._client.on_disconnect = lambda _c, _d, _f, why, _more: self._on_disconnect(why)
        self._client.on_subscribe = lambda _c, _d, mid, why, _more: self._on_suback(mid, why)
        if broker.username is not None:
            self._client.username_pw_set(broker.username, broker.password)
        if broker.tls is not None:
            self._client.tls_set_context(broker.tls)
        if will is not None:
            self._client.will_set(will[0], will[1], qos=_AT_LEAST_ONCE, retain=True)

    def __enter__(self) -> Self:
        try:
            self._connect()
        except BaseException:
            self._close_socket()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._disconnect()
        self._close_socket()

    @property
    def unanswered(self) -> int:
        """How many messages the broker has not answered yet."""
        return len(self._waiting) + len(self._to_send)

    @property
    def has_room(self) -> bool:
        """Whether one more message would be on its way at once."""
        return self.unanswered < self._in_flight_limit

    def publish(
        self,
        topic: str,
        payload: bytes,
        on_answer: OnAck,
        *,
        retain: bool,
        correlation: bytes | None = None,
    ) -> None:
        """Send a message with QoS 1; `turn` calls `on_answer` when the broker has answered.

        If the connection breaks first it is never called, and the next `turn` raises.
        """
        self._to_send.append(OutgoingMessage(topic, payload, on_answer, retain, correlation))
        self._send()

    def subscribe(self, topics: Sequence[str], on_message: OnMessage, on_answer: OnAck) -> None:
        """Have `turn` hand over what others publish there, and what is retained there already.

        Args:
            topics: Topics and filters that no other subscription of this connection overlaps.
            on_message: Told each message.
            on_answer: Told whether the broker agrees; an access list may still hold back all.
        """
        options = SubscribeOptions(qos=_AT_LEAST_ONCE, noLocal=True, retainAsPublished=True)
        for topic in topics:
            self._client.message_callback_add(
                topic, lambda _c, _d, message: on_message(_heard(message))
            )
        _, mid = self._client.subscribe([(topic, options) for topic in topics])
        self._subscribing[mid] = on_answer

    def poll(self, timeout_seconds: float, wake: socket.socket | None = None) -> None:
        """Send and receive what there is, waiting at most so long for something to do.

        Args:
            timeout_seconds: Keep it at a second or below: keepalive is minded here too.
            wake: Another socket that ends the wait when it can be read.

        Raises:
            PublishError: The connection is lost.
        """
        self._poll(timeout_seconds, wake)
        self._send()
        if self._loss is not None:
            raise lost(self._broker, str(self._loss))

    def _poll(self, timeout_seconds: float, wake: socket.socket | None = None) -> None:
        sock = self._client.socket()
        if sock is None:
            return
        has_bytes = isinstance(sock, ssl.SSLSocket) and sock.pending() > 0
        readers = [sock] if wake is None else [sock, wake]
        writers = [sock] if self._client.want_write() else []
        patience_seconds = 0.0 if has_bytes else timeout_seconds
        readable, writable, _ = select.select(readers, writers, [], patience_seconds)
        if has_bytes or sock in readable:
            self._client.loop_read()
        if sock in writable:
            self._client.loop_write()
        self._client.loop_misc()

    def _send(self) -> None:
        while self._to_send and len(self._waiting) < self._in_flight_limit:
            message = self._to_send.popleft()
            sent = self._client.publish(
                message.topic,
                message.payload,
                _AT_LEAST_ONCE,
                retain=message.retain,
                properties=_answering(message.correlation),
            )
            self._waiting[sent.mid] = message

    def _connect(self) -> None:
        try:
            where = self._broker.host, self._broker.port
            self._client.connect(
                *where, self._keepalive_seconds, clean_start=True, properties=_modesty()
            )
        except OSError as error:
            raise unreachable(self._broker, error) from error
        deadline = time.monotonic() + _CONNECT_SECONDS
        while self._answer is None:
            remaining_seconds = deadline - time.monotonic()
            if self._loss is not None or remaining_seconds <= 0.0:
                silence = f"silent for {_CONNECT_SECONDS:.0f} s"
                raise no_answer(self._broker, str(self._loss or silence))
            self._poll(remaining_seconds)
        if self._answer.is_failure:
            raise refused(self._broker, str(self._answer))

    def _disconnect(self) -> None:
        self._client.disconnect()
        deadline = time.monotonic() + _GOODBYE_SECONDS
        while self._loss is None and time.monotonic() < deadline:
            self._poll(_GOODBYE_SECONDS)

    def _close_socket(self) -> None:
        sock = self._client.socket()
        if sock is not None:
            sock.close()

    def _on_connect(self, reason: ReasonCode, properties: Properties | None) -> None:
        self._answer = reason
        self._in_flight_limit = min(IN_FLIGHT, getattr(properties, "ReceiveMaximum", IN_FLIGHT))

    def _on_ack(self, mid: int, reason: ReasonCode) -> None:
        self._waiting.pop(mid).on_answer(str(reason) if reason.is_failure else None)

    def _on_suback(self, mid: int, reasons: list[ReasonCode]) -> None:
        refused_topics = [str(reason) for reason in reasons if reason.is_failure]
        self._subscribing.pop(mid)(refused_topics[0] if refused_topics else None)

    def _on_disconnect(self, reason: ReasonCode) -> None:
        self._loss = reason


def _heard(message: MQTTMessage) -> IncomingMessage:
    return IncomingMessage(
        message.topic,
        bytes(message.payload),
        is_retained=message.retain,
        response_topic=getattr(message.properties, "ResponseTopic", None),
        correlation=getattr(message.properties, "CorrelationData", None),
    )


def _modesty() -> Properties:
    """What asks the broker to keep from us what is too large."""
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho's gap
    properties.MaximumPacketSize = LARGEST_BYTES
    return properties


def _answering(correlation: bytes | None) -> Properties | None:
    if correlation is None:
        return None
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho's gap
    properties.CorrelationData = correlation
    return properties
