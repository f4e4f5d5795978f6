"""Packets that a broker may send, and those that it may not."""

import pytest

from soundpost.mqtt.incoming import (
    MAXIMUM_PACKET_BYTES,
    check_connack,
    check_packet,
    check_size,
    foreign_refusal,
)


def allowed(*, is_connected: bool) -> set[int]:
    """Returns the first bytes of all packets that are accepted."""
    accepted = set()
    for first_byte in range(256):
        try:
            check_packet(first_byte, is_connected=is_connected)
        except ValueError:
            continue
        accepted.add(first_byte)
    return accepted


def test_only_packets_for_a_subscriber_with_qos_1_are_accepted() -> None:
    """PUBLISH with QoS 0 or 1, PUBACK, SUBACK, PINGRESP and DISCONNECT, and no second CONNACK."""
    publishes = {first for first in range(0x30, 0x40) if first >> 1 & 3 < 2}
    others = {kind << 4 | flags for kind in (4, 9, 13, 14) for flags in range(16)}
    assert allowed(is_connected=True) == publishes | others


def test_a_session_begins_with_connack() -> None:
    """Or with a DISCONNECT, which some brokers send instead."""
    assert {first >> 4 for first in allowed(is_connected=False)} == {2, 14}


def test_a_connack_of_the_old_protocol_is_named() -> None:
    """But for return code 1, which refuses MQTT 5 in a way that is understood."""
    for body in (b"\0\1", b"\0\0\0", b"\0\x87\0"):
        check_connack(0x20, body)
    for code in (0, 2, 5):
        with pytest.raises(ValueError, match=f"MQTT 3.1.1, return code {code}"):
            check_connack(0x20, bytes([0, code]))


def test_a_packet_above_the_limit_is_refused() -> None:
    """Before memory is taken for it."""
    check_size(MAXIMUM_PACKET_BYTES)
    with pytest.raises(ValueError, match="Maximum Packet Size"):
        check_size(MAXIMUM_PACKET_BYTES + 1)


@pytest.mark.parametrize(
    ("first_byte", "body", "code"),
    [
        (0x40, b"\0\1\x95", 0x95),
        (0x40, b"\0\1\x87\0", 0x87),
        (0x40, b"\0\1\x10", None),
        (0x40, b"\0\1", None),
        (0x40, b"", None),
        (0x90, b"\0\1\x95", None),
    ],
)
def test_the_reason_of_a_refused_message_is_read(
    first_byte: int, body: bytes, code: int | None
) -> None:
    """Only a PUBACK with a code from 0x80 refuses a message."""
    assert foreign_refusal(first_byte, body) == code
