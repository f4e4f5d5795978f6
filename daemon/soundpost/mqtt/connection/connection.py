"""One MQTT 5 connection, driven by the thread that opened it.

MQTT 5, because a broker of 3.1.1 cannot report a refusal: a message that its access list rejects
looks delivered to the sender.
"""

import socket
import time
from collections.abc import Sequence
from typing import Self

from soundpost.errors import PublishError
from soundpost.mqtt.broker import ConnectionSettings
from soundpost.mqtt.connection.callbacks import Handlers, bind_handlers, bind_session
from soundpost.mqtt.connection.deliveries import Deliveries
from soundpost.mqtt.connection.handshake import Handshake
from soundpost.mqtt.connection.packet_loop import PacketLoop
from soundpost.mqtt.connection.subscriptions import Subscriptions
from soundpost.mqtt.errors import lost, no_answer
from soundpost.mqtt.limits import BrokerLimits, SizeLimit, read_limits
from soundpost.mqtt.message import OnAck, OnMessage, OutgoingMessage, Session
from soundpost.mqtt.paho_client import PahoClient, Properties, ReasonCode, subscribe_options
from soundpost.mqtt.reasons import PACKET_TOO_LARGE, reason_text
from soundpost.system.printable import printable

_DISCONNECT_SECONDS = 1.0
"""Longest wait for the broker to close after DISCONNECT; without it the will is published."""
_ACKNOWLEDGE_SECONDS = 60.0
"""A broker that acknowledges nothing for so long is left: MQTT allows to send a message again on a
new connection only. A loaded broker needs seconds."""
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
        self._broker = settings.address
        self._may_share_client_id = settings.is_client_id_set
        self._client = client = PahoClient(settings.client_id, manual_ack=session is not None)
        self._loop = PacketLoop(client, self._broken)
        self._handshake = Handshake(client, settings, will, session)
        self._deliveries = Deliveries(client, size_limit or SizeLimit())
        self._subscriptions = Subscriptions(client, self._loop.events)
        handlers = Handlers(self._on_connect, self._on_puback, self._on_suback, self._on_disconnect)
        bind_handlers(client, self._loop.events, handlers)
        if session is not None:
            bind_session(client, self._loop.events, session)

    def __enter__(self) -> Self:
        try:
            self._handshake.connect(self._step)
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
    def limits(self) -> BrokerLimits:
        """The limits that the broker has set."""
        return self._deliveries.limits

    @property
    def unacknowledged(self) -> int:
        """The number of messages that the broker has neither acknowledged nor refused yet."""
        return self._deliveries.unacknowledged

    @property
    def has_room(self) -> bool:
        """True if one more message would be sent at once."""
        return self.unacknowledged < self.limits.receive_maximum

    def publish(self, message: OutgoingMessage) -> None:
        """Sends a message; `poll` calls its `on_ack` when the broker has replied.

        If the connection is lost first, `on_ack` is never called, and the next `poll` raises. A
        message that is too large for the broker is not sent: `on_ack` is called with `TooLarge`. To
        a broker without retained messages or QoS 1 it is sent without them.
        """
        self._deliveries.add(message)

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
        options = subscribe_options(with_retained=with_retained, is_queued=is_queued)
        limit_bytes = self._deliveries.packet_limit_bytes
        self._subscriptions.add(topics, on_message, on_suback, options, limit_bytes)

    def poll(self, timeout_seconds: float, wake: socket.socket | None = None) -> None:
        """Sends and receives; waits for something to do.

        Args:
            timeout_seconds: The longest wait, at most a second: keepalive is handled here too.
            wake: Another socket that ends the wait when it is readable.

        Raises:
            PublishError: The connection is lost.
        """
        self._step(timeout_seconds, wake)
        self._deliveries.send()
        if self._handshake.loss is not None:
            raise lost(
                self._broker, self._handshake.loss, may_share_client_id=self._may_share_client_id
            )
        if self._deliveries.waited_seconds > _ACKNOWLEDGE_SECONDS:
            raise lost(
                self._broker, f"it has acknowledged nothing for {_ACKNOWLEDGE_SECONDS:.0f} s"
            )

    def _step(self, wait_seconds: float, wake: socket.socket | None = None) -> None:
        self._loop.step(min(wait_seconds, self.limits.longest_wait_seconds), wake)

    def _broken(self, reason: str) -> PublishError:
        """Returns the error for a packet that breaks the protocol."""
        answer = no_answer if self._handshake.connack is None else lost
        return answer(self._broker, printable(reason, _MOST_REASON_CHARACTERS))

    def _disconnect(self) -> None:
        self._client.disconnect()
        deadline = time.monotonic() + _DISCONNECT_SECONDS
        while self._handshake.loss is None and time.monotonic() < deadline:
            self._step(_DISCONNECT_SECONDS)

    def _close_socket(self) -> None:
        sock = self._client.socket()
        if sock is not None:
            sock.close()

    def _on_connect(self, reason: ReasonCode, properties: Properties | None) -> None:
        try:
            self._deliveries.limits = read_limits(properties)
        except ValueError as error:
            raise self._broken(str(error)) from error
        self._handshake.on_connack(reason, properties)

    def _on_puback(self, mid: int, reason: ReasonCode, properties: Properties | None) -> None:
        if not self._deliveries.acknowledge(mid, reason, properties):
            raise self._broken(f"PUBACK of message {mid}, which is not in flight")

    def _on_suback(
        self, mid: int, reasons: list[ReasonCode], properties: Properties | None
    ) -> None:
        if not self._subscriptions.acknowledge(mid, reasons, properties):
            raise self._broken(f"SUBACK of request {mid}, which was never sent")

    def _on_disconnect(self, reason: ReasonCode, properties: Properties | None) -> None:
        self._handshake.loss = reason_text(str(reason), properties)
        if reason.value == PACKET_TOO_LARGE:
            self._deliveries.learn_size()
