"""One MQTT 5 connection; the only file that imports paho.

MQTT 5, because a broker of 3.1.1 cannot report a refusal: a message that its access list rejects
looks delivered to the sender.
"""

import select
import socket
import ssl
import struct
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Self

from paho.mqtt import MQTTException
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from soundpost.publish.broker import ConnectionSettings
from soundpost.publish.errors import lost, no_answer, refused, unreachable
from soundpost.publish.message import IncomingMessage, OnAck, OnMessage, OutgoingMessage

RECEIVE_MAXIMUM = 20
"""The most messages in flight, unless the broker's Receive Maximum is lower. Twenty hide a round
trip of a second at twenty detections a second; after a loss at most as many are sent again."""
MAXIMUM_PACKET_BYTES = 300_000
"""Limit for received packets: above a discovery payload, far below the memory of a small board."""
_AT_LEAST_ONCE = 1
_RUN = "run"
"""The user property that carries the id of the run that publishes a status."""
_CONNECT_SECONDS = 5.0
"""The longest wait for TCP, TLS and CONNACK: a broker far away needs one or two seconds."""
_DISCONNECT_SECONDS = 1.0
"""Longest wait for the broker to close after DISCONNECT; without it the will is published."""

_UNREADABLE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MQTTException,
    TypeError,
    ValueError,
    struct.error,
)
"""Raised by paho's parser for packets that break the protocol, as fuzzing found them."""


class Connection:
    """A connection that one thread opens, drives and closes; paho never starts its own thread.

    The session begins clean and ends with the connection (session expiry 0, the default). So no
    commands are queued for an offline node, every connection subscribes anew, and unacknowledged
    messages are stored by the outbox, not by paho.

    It connects on entry. On exit it sends DISCONNECT, so that the broker discards the last will;
    after an exception it only closes the socket, so that the will is published.

    Args:
        settings: The broker, and the fields of CONNECT.
        will: Topic and payload that the broker publishes, retained, when the connection is lost.

    Raises:
        PublishError: On entry, if the broker cannot be reached or refuses the client.
    """

    def __init__(self, settings: ConnectionSettings, will: tuple[str, bytes] | None = None) -> None:
        self._broker = broker = settings.address
        self._keepalive_seconds = settings.keepalive_seconds
        self._events: deque[Callable[[], None]] = deque()
        self._to_send: deque[OutgoingMessage] = deque()
        self._in_flight: dict[int, OutgoingMessage] = {}
        self._subscribing: dict[int | None, OnAck] = {}
        self._in_flight_limit = RECEIVE_MAXIMUM
        self._connack: ReasonCode | None = None
        self._loss: ReasonCode | None = None
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            settings.client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            reconnect_on_failure=False,
        )
        self._client.connect_timeout = _CONNECT_SECONDS
        # paho calls these while it parses. What they report is handled afterwards, so that an error
        # of the parser is never taken for one of ours, nor the other way round.
        self._client.on_connect = lambda _c, _d, _f, reason, properties: self._events.append(
            partial(self._on_connect, reason, properties)
        )
        self._client.on_publish = lambda _c, _d, mid, reason, _p: self._events.append(
            partial(self._on_puback, mid, reason)
        )
        self._client.on_disconnect = lambda _c, _d, _f, reason, _p: self._on_disconnect(reason)
        self._client.on_subscribe = lambda _c, _d, mid, reasons, _p: self._events.append(
            partial(self._on_suback, mid, reasons)
        )
        if broker.username is not None:
            self._client.username_pw_set(broker.username, broker.password)
        if broker.tls is not None:
            self._client.tls_set_context(broker.tls)
        if will is not None:
            properties = _run_properties(PacketTypes.WILLMESSAGE, settings.run_id)
            self._client.will_set(*will, qos=_AT_LEAST_ONCE, retain=True, properties=properties)

    def __enter__(self) -> Self:
        try:
            self._connect()
        except BaseException:
            self._close_socket()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._disconnect()
        finally:
            self._close_socket()

    @property
    def unacknowledged(self) -> int:
        """The number of messages that the broker has neither acknowledged nor refused yet."""
        return len(self._in_flight) + len(self._to_send)

    @property
    def has_room(self) -> bool:
        """True if one more message would be sent at once."""
        return self.unacknowledged < self._in_flight_limit

    def publish(self, message: OutgoingMessage) -> None:
        """Sends a message with QoS 1; `poll` calls its `on_ack` when the broker has replied.

        If the connection is lost first, `on_ack` is never called, and the next `poll` raises.
        """
        self._to_send.append(message)
        self._send()

    def subscribe(
        self,
        topics: Sequence[str],
        on_message: OnMessage,
        on_suback: OnAck,
        *,
        with_retained: bool = True,
    ) -> None:
        """Subscribes to topics; `poll` delivers their messages, at first the retained ones.

        Args:
            topics: Topics and filters that no other subscription of this connection overlaps.
            on_message: Called with each message.
            on_suback: Called with the broker's reply. An access list may withhold every message
                all the same.
            with_retained: False for messages that are published from now on only.
        """
        handling = (
            SubscribeOptions.RETAIN_SEND_ON_SUBSCRIBE
            if with_retained
            else SubscribeOptions.RETAIN_DO_NOT_SEND
        )
        options = SubscribeOptions(
            qos=_AT_LEAST_ONCE, noLocal=True, retainAsPublished=True, retainHandling=handling
        )
        for topic in topics:
            self._client.message_callback_add(
                topic,
                lambda _c, _d, message: self._events.append(
                    partial(on_message, _incoming(message))
                ),
            )
        _, mid = self._client.subscribe([(topic, options) for topic in topics])
        self._subscribing[mid] = on_suback

    def poll(self, timeout_seconds: float, wake: socket.socket | None = None) -> None:
        """Sends and receives; waits for something to do.

        Args:
            timeout_seconds: The longest wait, at most a second: keepalive is handled here too.
            wake: Another socket that ends the wait when it is readable.

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
        wait_seconds = 0.0 if has_bytes else timeout_seconds
        readable, writable, _ = select.select(readers, writers, [], wait_seconds)
        if has_bytes or sock in readable:
            self._read()
        if sock in writable:
            self._client.loop_write()
        self._client.loop_misc()

    def _read(self) -> None:
        """Reads packets and handles them; an unreadable packet is a lost connection."""
        try:
            self._client.loop_read()
        except _UNREADABLE as error:
            reason = f"unreadable packet ({type(error).__name__}: {error})"
            raise lost(self._broker, reason) from error
        while self._events:
            self._events.popleft()()

    def _send(self) -> None:
        while self._to_send and len(self._in_flight) < self._in_flight_limit:
            message = self._to_send.popleft()
            sent = self._client.publish(
                message.topic,
                message.payload,
                _AT_LEAST_ONCE,
                retain=message.retain,
                properties=_publish_properties(message),
            )
            self._in_flight[sent.mid] = message

    def _connect(self) -> None:
        host, port = self._broker.host, self._broker.port
        properties = _connect_properties()
        try:
            self._client.connect(
                host, port, self._keepalive_seconds, clean_start=True, properties=properties
            )
        except OSError as error:
            raise unreachable(self._broker, error) from error
        deadline = time.monotonic() + _CONNECT_SECONDS
        while self._connack is None:
            remaining_seconds = deadline - time.monotonic()
            if self._loss is not None or remaining_seconds <= 0.0:
                silence = f"silent for {_CONNECT_SECONDS:.0f} s"
                raise no_answer(self._broker, str(self._loss or silence))
            self._poll(remaining_seconds)
        if self._connack.is_failure:
            raise refused(self._broker, str(self._connack))

    def _disconnect(self) -> None:
        self._client.disconnect()
        deadline = time.monotonic() + _DISCONNECT_SECONDS
        while self._loss is None and time.monotonic() < deadline:
            self._poll(_DISCONNECT_SECONDS)

    def _close_socket(self) -> None:
        sock = self._client.socket()
        if sock is not None:
            sock.close()

    def _on_connect(self, reason: ReasonCode, properties: Properties | None) -> None:
        self._connack = reason
        self._in_flight_limit = min(
            RECEIVE_MAXIMUM, getattr(properties, "ReceiveMaximum", RECEIVE_MAXIMUM)
        )

    def _on_puback(self, mid: int, reason: ReasonCode) -> None:
        message = self._in_flight.pop(mid, None)
        if message is None:
            raise lost(self._broker, f"PUBACK of message {mid}, which is not in flight")
        message.on_ack(str(reason) if reason.is_failure else None)

    def _on_suback(self, mid: int, reasons: list[ReasonCode]) -> None:
        refusals = [str(reason) for reason in reasons if reason.is_failure]
        on_suback = self._subscribing.pop(mid, None)
        if on_suback is None:
            raise lost(self._broker, f"SUBACK of request {mid}, which was never sent")
        on_suback(refusals[0] if refusals else None)

    def _on_disconnect(self, reason: ReasonCode) -> None:
        self._loss = reason


def _incoming(message: MQTTMessage) -> IncomingMessage:
    return IncomingMessage(
        message.topic,
        bytes(message.payload),
        is_retained=message.retain,
        response_topic=getattr(message.properties, "ResponseTopic", None),
        correlation=getattr(message.properties, "CorrelationData", None),
        run_id=dict(getattr(message.properties, "UserProperty", ())).get(_RUN),
    )


def _connect_properties() -> Properties:
    """Returns the properties of CONNECT, with the limit for packets from the broker."""
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho's gap
    properties.MaximumPacketSize = MAXIMUM_PACKET_BYTES
    return properties


def _publish_properties(message: OutgoingMessage) -> Properties | None:
    if (message.correlation, message.expiry_seconds, message.run_id) == (None, None, None):
        return None  # of a detection
    properties = _run_properties(PacketTypes.PUBLISH, message.run_id)
    if message.correlation is not None:
        properties.CorrelationData = message.correlation
    if message.expiry_seconds is not None:
        properties.MessageExpiryInterval = message.expiry_seconds
    return properties


def _run_properties(packet_type: int, run_id: str | None) -> Properties:
    properties = Properties(packet_type)  # type: ignore[no-untyped-call]  # paho's gap
    if run_id is not None:
        properties.UserProperty = (_RUN, run_id)
    return properties
