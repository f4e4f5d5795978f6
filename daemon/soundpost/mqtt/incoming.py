"""Checks of packets from the broker, before paho stores or answers them."""

MAXIMUM_PACKET_BYTES = 300_000
"""Limit for received packets: above a discovery payload, far below the memory of a small board."""

_CONNACK, _PUBLISH, _PUBACK, _SUBACK, _PINGRESP, _DISCONNECT = 2, 3, 4, 9, 13, 14
_EXPECTED = {_PUBLISH, _PUBACK, _SUBACK, _PINGRESP, _DISCONNECT}
"""All that a client gets that publishes and subscribes with QoS 1 and never unsubscribes. paho
would answer every other packet, or store it, and a broker could send them without end."""
_FAILURE = 0x80
_PUBACK_REASON_AT = 2
_OLD_CONNACK_BYTES = 2
_OLD_VERSION = 1


def check_size(size_bytes: int) -> None:
    """Raises ValueError for a part of a packet that is larger than a packet may be."""
    if size_bytes > MAXIMUM_PACKET_BYTES:
        raise ValueError(f"{size_bytes} bytes, more than the Maximum Packet Size of this client")


def check_packet(first_byte: int, *, is_connected: bool) -> None:
    """Raises ValueError for a packet that no broker may send to this client now.

    Args:
        first_byte: The type and the flags of the packet.
        is_connected: True after CONNACK.
    """
    kind, qos = first_byte >> 4, first_byte >> 1 & 3
    is_expected = kind in _EXPECTED if is_connected else kind in {_CONNACK, _DISCONNECT}
    if not is_expected:
        raise ValueError(f"a packet of type {kind}, which was not expected here")
    if kind == _PUBLISH and qos > 1:
        raise ValueError("a message with QoS 2 for a subscription with QoS 1")


def check_connack(first_byte: int, body: bytes | bytearray) -> None:
    """Raises ValueError for a CONNACK of MQTT 3.1.1, which has no properties.

    Return code 1 refuses MQTT 5 as the standard demands, and is read as that.
    """
    if first_byte >> 4 == _CONNACK and len(body) == _OLD_CONNACK_BYTES and body[1] != _OLD_VERSION:
        raise ValueError(f"CONNACK of MQTT 3.1.1, return code {body[1]}")


def foreign_refusal(first_byte: int, body: bytes | bytearray) -> int | None:
    """Returns the reason code of a PUBACK that refuses a message; None for any other packet.

    mosquitto refuses a large message with the code 0x95, which the standard has for other packets
    only. paho takes such a code for an error of the protocol and drops the connection.
    """
    if first_byte >> 4 != _PUBACK or len(body) <= _PUBACK_REASON_AT:
        return None
    code = body[_PUBACK_REASON_AT]
    return code if code >= _FAILURE else None
