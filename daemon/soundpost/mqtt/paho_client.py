"""paho's MQTT 5 client with checks of what it receives; the only file that imports paho."""

import struct

from paho.mqtt import MQTTException
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from soundpost.mqtt.incoming import (
    MAXIMUM_PACKET_BYTES,
    check_connack,
    check_packet,
    check_size,
    foreign_refusal,
)
from soundpost.mqtt.message import IncomingMessage, OutgoingMessage

__all__ = [
    "AT_LEAST_ONCE",
    "CONNECT_SECONDS",
    "UNREADABLE",
    "PahoClient",
    "Properties",
    "ReasonCode",
    "SubscribeOptions",
    "connect_properties",
    "incoming_message",
    "publish_properties",
    "subscribe_options",
    "will_properties",
]

AT_LEAST_ONCE = 1
"""The quality of service of messages, subscriptions and the last will."""
CONNECT_SECONDS = 5.0
"""The longest wait for TCP, TLS and CONNACK: a broker far away needs one or two seconds."""
UNREADABLE = (
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
_RUN = "run"
"""The user property that carries the id of the run that publishes a status."""
_UNSPECIFIED_ERROR = 0x80


class PahoClient(Client):
    """paho's client, which checks packets before they take memory or cause an answer.

    Attributes:
        refusals: Reason codes of PUBACKs by their message, as far as paho cannot read them.
        received: Packets but awaited PUBACKs, since they were last subtracted.
    """

    received = 0

    def __init__(self, client_id: str, *, manual_ack: bool = False) -> None:
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            reconnect_on_failure=False,
            manual_ack=manual_ack,
        )
        self.connect_timeout = CONNECT_SECONDS
        self.refusals: dict[int, int] = {}

    def _sock_recv(self, bufsize: int) -> bytes:
        check_size(bufsize)
        return super()._sock_recv(bufsize)

    def _packet_handle(self) -> MQTTErrorCode:
        first_byte, body = self._in_packet["command"], self._in_packet["packet"]
        check_packet(first_byte, is_connected=self.is_connected())
        check_connack(first_byte, body)
        is_awaited = first_byte >> 4 == PacketTypes.PUBACK and (
            int.from_bytes(body[:2]) in self._out_messages
        )
        self.received += not is_awaited
        code = foreign_refusal(first_byte, body)
        if code is not None and not _is_known(code, PacketTypes.PUBACK):
            self.refusals[int.from_bytes(body[:2])] = code
            body[2] = _UNSPECIFIED_ERROR
        return super()._packet_handle()


def connect_properties(session_seconds: int = 0) -> Properties:
    """Returns the properties of CONNECT, with the limit for packets from the broker.

    Args:
        session_seconds: The time for which the broker keeps the session after the connection.
    """
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho's gap
    properties.MaximumPacketSize = MAXIMUM_PACKET_BYTES
    if session_seconds:
        properties.SessionExpiryInterval = session_seconds
    return properties


def will_properties(run_id: str) -> Properties:
    """Returns the properties of the last will, with the id of the run."""
    return _run_properties(PacketTypes.WILLMESSAGE, run_id)


def publish_properties(message: OutgoingMessage) -> Properties | None:
    """Returns the properties of PUBLISH; None for a message without any, as a detection."""
    if (message.correlation, message.expiry_seconds, message.run_id) == (None, None, None):
        return None
    properties = _run_properties(PacketTypes.PUBLISH, message.run_id)
    if message.correlation is not None:
        properties.CorrelationData = message.correlation
    if message.expiry_seconds is not None:
        properties.MessageExpiryInterval = message.expiry_seconds
    return properties


def subscribe_options(*, with_retained: bool, is_queued: bool = True) -> SubscribeOptions:
    """Returns the options of SUBSCRIBE.

    Args:
        with_retained: False for messages that are published from now on only.
        is_queued: False for QoS 0, which a broker does not queue for a client that is away.
    """
    handling = (
        SubscribeOptions.RETAIN_SEND_ON_SUBSCRIBE
        if with_retained
        else SubscribeOptions.RETAIN_DO_NOT_SEND
    )
    return SubscribeOptions(
        qos=AT_LEAST_ONCE if is_queued else 0,
        noLocal=True,
        retainAsPublished=True,
        retainHandling=handling,
    )


def incoming_message(message: MQTTMessage) -> IncomingMessage:
    """Returns a received message without paho's types."""
    return IncomingMessage(
        message.topic,
        bytes(message.payload),
        is_retained=message.retain,
        response_topic=getattr(message.properties, "ResponseTopic", None),
        correlation=getattr(message.properties, "CorrelationData", None),
        run_id=dict(getattr(message.properties, "UserProperty", ())).get(_RUN),
    )


def _run_properties(packet_type: int, run_id: str | None) -> Properties:
    properties = Properties(packet_type)  # type: ignore[no-untyped-call]  # paho's gap
    if run_id is not None:
        properties.UserProperty = (_RUN, run_id)
    return properties


def _is_known(code: int, packet_type: int) -> bool:
    """Returns whether the standard has a reason code for packets of a type."""
    return any(packet_type in types for types in ReasonCode.names.get(code, {}).values())
