"""Reasons of a broker, as text for logs and errors."""

from soundpost.system.printable import printable

MOST_CHARACTERS = 200
"""Of a Reason String, which may have 65,535 bytes: a sentence or two."""
PACKET_TOO_LARGE = 0x95
RETAIN_NOT_SUPPORTED = 0x9A
QOS_NOT_SUPPORTED = 0x9B


class TooLarge(str):
    """The refusal of a message that this broker will never accept, because of its size."""

    __slots__ = ()


def reason_text(name: str, properties: object) -> str:
    """Returns a reason with the broker's own words, in one printable line.

    Args:
        name: The name of the reason code.
        properties: An object with an attribute for each property of the packet.
    """
    words = printable(getattr(properties, "ReasonString", ""), MOST_CHARACTERS)
    server = printable(getattr(properties, "ServerReference", ""), MOST_CHARACTERS)
    text = f"{name} ({words})" if words else name
    return f"{text}; it names {server}" if server else text


def reason_name(text: str) -> str:
    """Returns the name of the reason code at the beginning of a reason."""
    return text.partition(" (")[0].partition(";")[0]


def too_large(size_bytes: int, limit_bytes: int | None) -> TooLarge:
    """Returns the refusal of a message by its size.

    Args:
        size_bytes: The size of its packet.
        limit_bytes: The broker's limit; None if the broker did not name it.
    """
    limit = "" if limit_bytes is None else f", at most {limit_bytes} are accepted"
    return TooLarge(f"Packet too large ({size_bytes} bytes{limit})")
