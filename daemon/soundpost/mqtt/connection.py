"""One MQTT 5 connection, driven by the thread that opened it.

MQTT 5, because a broker of 3.1.1 cannot report a refusal: a message that its access list rejects
looks delivered to the sender.
"""

import select
import socket
import ssl
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Self

from soundpost.errors import PublishError
from soundpost.mqtt.broker import ConnectionSettings
from soundpost.mqtt.errors import lost, no_answer, refused, unreachable
from soundpost.mqtt.incoming import MAXIMUM_PACKET_BYTES
from soundpost.mqtt.limits import (
    RECEIVE_MAXIMUM,
    BrokerLimits,
    SizeLimit,
    publish_bytes,
    read_limits,
    subscribe_bytes,
)
from soundpost.mqtt.message import OnAck, OnMessage, OutgoingMessage, Session
from soundpost.mqtt.paho_client import (
    AT_LEAST_ONCE,
    CONNECT_SECONDS,
    UNREADABLE,
    PahoClient,
    Properties,
    ReasonCode,
    connect_properties,
    incoming_message,
    publish_properties,
    subscribe_options,
    will_properties,
)
from soundpost.mqtt.reasons import (
    PACKET_TOO_LARGE,
    QOS_NOT_SUPPORTED,
    RETAIN_NOT_SUPPORTED,
    reason_text,
    too_large,
)
from soundpost.system.printable import printable
from soundpost.system.rate_limit import RateLimit

__all__ = ["MAXIMUM_PACKET_BYTES", "RECEIVE_MAXIMUM", "Connection"]

_DISCONNECT_SECONDS = 1.0
"""Longest wait for the broker to close after DISCONNECT; without it the will is published."""
_ACKNOWLEDGE_SECONDS = 60.0
"""A broker that acknowledges nothing for so long is left: MQTT allows to send a message again on a
new connection only. A loaded broker needs seconds."""
_MOST_UNSENT_ANSWERS = 100
"""Reads in a row while the broker reads nothing itself: then it has to, or its messages would be
acknowledged into memory without end."""
RECEIVED_PER_SECOND = 1_000
"""The most packets that are received in a second, but for awaited PUBACKs; the others wait at the
broker, which has its own limits. Far more than any sender of commands needs, and a tenth of a
processor core."""
_PAUSE_SECONDS = 0.05
"""The wait of a client that reads nothing, for the sake of its other work."""
_MILLISECONDS = 1_000.0

_MOST_REASON_CHARACTERS = 300
"""Of an error's text, which may quote what the broker sent."""


class Connection:
    """A connection that one thread opens, drives and closes; paho never starts its own thread.

    Unless a session is given, it begins clean and ends with the connection (session expiry 0, the
    default). So no commands are queued for an offline node, every connection subscribes anew, and
    unacknowledged messages are stored by the outbox, not by paho.

    It connects on entry. On exit it sends DISCONNECT, so that the broker discards the last will;
    after an exception it only closes the socket, so that the will is published.

    Args:
        settings: The broker, and the fields of CONNECT.
        will: Topic and payload that the broker publishes, retained, when the connection is lost.
        size_limit: The largest packet, as earlier connections to this broker have learned it.
        session: The session to resume or begin; None for one that ends with the connection.

    Attributes:
        limits: The limits that the broker has set.

    Raises:
        PublishError: On entry, if the broker cannot be reached or refuses the client.
    """

    def __init__(
        self,
        settings: ConnectionSettings,
        will: tuple[str, bytes] | None = None,
        size_limit: SizeLimit | None = None,
        session: Session | None = None,
    ) -> None:
        self._broker = broker = settings.address
        self._keepalive_seconds, self._run_id = settings.keepalive_seconds, settings.run_id
        self._may_share_client_id = settings.is_client_id_set
        self._events: deque[Callable[[], None]] = deque()
        self._to_send: deque[OutgoingMessage] = deque()
        self._in_flight: dict[int, tuple[OutgoingMessage, int]] = {}  # with the size of its packet
        self._subscribing: dict[int | None, OnAck] = {}
        self._size_limit = size_limit or SizeLimit()
        self.limits = BrokerLimits()
        self._progress_seconds = 0.0
        self._reads_while_blocked = 0
        self._receive_limit = RateLimit(RECEIVED_PER_SECOND, RECEIVED_PER_SECOND)
        self._will = will
        self._will_qos, self._is_will_retained = AT_LEAST_ONCE, True
        self._connack: ReasonCode | None = None
        self._refusal = ""
        self._loss: str | None = None
        self._session = session
        self._client = PahoClient(settings.client_id, manual_ack=session is not None)
        # paho calls these while it parses. What they report is handled afterwards, so that an error
        # of the parser is never taken for one of ours, nor the other way round.
        self._client.on_connect = lambda _c, _d, _f, reason, properties: self._events.append(
            partial(self._on_connect, reason, properties)
        )
        self._client.on_publish = lambda _c, _d, mid, reason, properties: self._events.append(
            partial(self._on_puback, mid, reason, properties)
        )
        self._client.on_disconnect = lambda _c, _d, _f, reason, properties: self._on_disconnect(
            reason, properties
        )
        self._client.on_subscribe = lambda _c, _d, mid, reasons, properties: self._events.append(
            partial(self._on_suback, mid, reasons, properties)
        )
        if session is not None:
            on_message, acknowledge = session.on_message, self._client.ack
            self._client.on_message = lambda _c, _d, message: self._events.append(
                partial(
                    on_message,
                    incoming_message(message),
                    partial(acknowledge, message.mid, message.qos),
                )
            )
        if broker.username is not None:
            self._client.username_pw_set(broker.username, broker.password)
        if broker.tls is not None:
            self._client.tls_set_context(broker.tls)

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
        return self.unacknowledged < self.limits.receive_maximum

    @property
    def _packet_limit_bytes(self) -> int | None:
        return self._size_limit.with_announced(self.limits.packet_bytes)

    def publish(self, message: OutgoingMessage) -> None:
        """Sends a message; `poll` calls its `on_ack` when the broker has replied.

        If the connection is lost first, `on_ack` is never called, and the next `poll` raises. A
        message that is too large for the broker is not sent: `on_ack` is called with `TooLarge`. To
        a broker without retained messages or QoS 1 it is sent without them.
        """
        self._to_send.append(message)
        self._send()

    def subscribe(
        self,
        topics: Sequence[str],
        on_message: OnMessage | None,
        on_suback: OnAck,
        *,
        with_retained: bool = True,
        is_queued: bool = True,
    ) -> None:
        """Subscribes to topics; `poll` delivers their messages, at first the retained ones.

        Args:
            topics: Topics and filters that no other subscription of this connection overlaps.
            on_message: Called with each message; None to leave them to the session.
            on_suback: Called with the broker's reply. An access list may withhold every message
                all the same.
            with_retained: False for messages that are published from now on only.
            is_queued: False for states, of which a session needs none that was published while no
                connection was there: QoS 0, so that they take no place in the broker's queue.
        """
        size_bytes, limit_bytes = subscribe_bytes(topics), self._packet_limit_bytes
        if limit_bytes is not None and size_bytes > limit_bytes:
            self._events.append(partial(on_suback, too_large(size_bytes, limit_bytes)))
            return
        options = subscribe_options(with_retained=with_retained, is_queued=is_queued)
        if on_message is not None:
            self._add_receiver(topics, on_message)
        _, mid = self._client.subscribe([(topic, options) for topic in topics])
        self._subscribing[mid] = on_suback

    def _add_receiver(self, topics: Sequence[str], on_message: OnMessage) -> None:
        for topic in topics:
            self._client.message_callback_add(
                topic,
                lambda _c, _d, message: self._events.append(
                    partial(on_message, incoming_message(message))
                ),
            )

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
            raise lost(self._broker, self._loss, may_share_client_id=self._may_share_client_id)
        waited_seconds = time.monotonic() - self._progress_seconds
        if self._in_flight and waited_seconds > _ACKNOWLEDGE_SECONDS:
            raise lost(
                self._broker, f"it has acknowledged nothing for {_ACKNOWLEDGE_SECONDS:.0f} s"
            )

    def _poll(self, timeout_seconds: float, wake: socket.socket | None = None) -> None:
        sock = self._client.socket()
        if sock is None:
            return
        has_bytes = isinstance(sock, ssl.SSLSocket) and sock.pending() > 0
        is_blocked = self._client.want_write()
        may_read = self._may_read(is_blocked=is_blocked)
        # Not select.select, which fails for a descriptor above 1023.
        poller = select.poll()
        poller.register(
            sock, (select.POLLIN if may_read else 0) | (select.POLLOUT if is_blocked else 0)
        )
        if wake is not None:
            poller.register(wake, select.POLLIN)
        wait_seconds = min(timeout_seconds, self.limits.longest_wait_seconds)
        if not may_read:
            wait_seconds = min(wait_seconds, _PAUSE_SECONDS)
        has_work = self._events or (has_bytes and may_read)
        ready = dict(poller.poll(0.0 if has_work else wait_seconds * _MILLISECONDS))
        found = ready.get(sock.fileno(), 0)
        if found & select.POLLOUT:
            self._client.loop_write()
        if (has_bytes and may_read) or found & ~select.POLLOUT:
            self._read()
        self._client.loop_misc()
        while self._events:
            self._events.popleft()()

    def _may_read(self, *, is_blocked: bool) -> bool:
        """Returns False while the broker floods this client, or does not read itself."""
        self._reads_while_blocked = self._reads_while_blocked + 1 if is_blocked else 0
        if self._reads_while_blocked > _MOST_UNSENT_ANSWERS:
            return False
        while self._client.received:
            if not self._receive_limit.admit():
                return False
            self._client.received -= 1
        return True

    def _read(self) -> None:
        """Reads packets; an unreadable one is a lost connection."""
        try:
            self._client.loop_read()
        except UNREADABLE as error:
            raise self._broken(f"unreadable packet ({type(error).__name__}: {error})") from error

    def _broken(self, reason: str) -> PublishError:
        """Returns the error for a packet that breaks the protocol."""
        answer = no_answer if self._connack is None else lost
        return answer(self._broker, printable(reason, _MOST_REASON_CHARACTERS))

    def _send(self) -> None:
        while self._to_send and len(self._in_flight) < self.limits.receive_maximum:
            message = self._to_send.popleft()
            properties, qos = publish_properties(message), min(message.qos, self.limits.qos)
            properties_bytes = len(properties.pack()) if properties is not None else 1  # type: ignore[no-untyped-call]  # paho's gap
            size_bytes = publish_bytes(message.topic, message.payload, properties_bytes, qos)
            limit_bytes = self._packet_limit_bytes
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

    def _connect(self) -> None:
        while True:
            self._connack = self._loss = None
            reason = self._open()
            if not reason.is_failure:
                return
            if reason.value == RETAIN_NOT_SUPPORTED and self._is_will_retained:
                self._is_will_retained = False
            elif reason.value == QOS_NOT_SUPPORTED and self._will_qos:
                self._will_qos = 0
            else:
                raise refused(self._broker, self._refusal)

    def _open(self) -> ReasonCode:
        """Connects with the present will; returns the broker's reply."""
        host, port = self._broker.host, self._broker.port
        is_clean = self._session is None
        properties = connect_properties(0 if self._session is None else self._session.seconds)
        if self._will is not None:
            self._client.will_set(
                *self._will,
                qos=self._will_qos,
                retain=self._is_will_retained,
                properties=will_properties(self._run_id),
            )
        try:
            self._client.connect(
                host, port, self._keepalive_seconds, clean_start=is_clean, properties=properties
            )
        except OSError as error:
            raise unreachable(self._broker, error) from error
        deadline = time.monotonic() + CONNECT_SECONDS
        while (reason := self._connack) is None:
            remaining_seconds = deadline - time.monotonic()
            if self._loss is not None or remaining_seconds <= 0.0:
                silence = f"silent for {CONNECT_SECONDS:.0f} s"
                raise no_answer(self._broker, self._loss or silence)
            self._poll(remaining_seconds)
        return reason

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
        try:
            self.limits = read_limits(properties)
        except ValueError as error:
            raise self._broken(str(error)) from error
        self._connack = reason
        self._refusal = reason_text(str(reason), properties)

    def _on_puback(self, mid: int, reason: ReasonCode, properties: Properties | None) -> None:
        message, size_bytes = self._in_flight.pop(mid, (None, 0))
        if message is None:
            raise self._broken(f"PUBACK of message {mid}, which is not in flight")
        self._progress_seconds = time.monotonic()
        code = self._client.refusals.pop(mid, reason.value)
        if code == PACKET_TOO_LARGE:
            message.on_ack(too_large(size_bytes, None))
        elif reason.is_failure:
            name = str(reason) if code == reason.value else f"reason code {code:#x}"
            message.on_ack(reason_text(name, properties))
        else:
            message.on_ack(None)

    def _on_suback(
        self, mid: int, reasons: list[ReasonCode], properties: Properties | None
    ) -> None:
        refusals = [reason_text(str(reason), properties) for reason in reasons if reason.is_failure]
        on_suback = self._subscribing.pop(mid, None)
        if on_suback is None:
            raise self._broken(f"SUBACK of request {mid}, which was never sent")
        on_suback(refusals[0] if refusals else None)

    def _on_disconnect(self, reason: ReasonCode, properties: Properties | None) -> None:
        self._loss = reason_text(str(reason), properties)
        if reason.value == PACKET_TOO_LARGE and self._in_flight:
            self._size_limit.learn(max(size_bytes for _, size_bytes in self._in_flight.values()))
