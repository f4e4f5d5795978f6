"""The limits of payloads from other clients of the broker."""

from typing import Annotated

import msgspec
from msgspec import Meta

LONGEST_TEXT = 200
"""Characters of a label, a name or an id: the longest name of a bird has 60."""
MOST_NUMBER = 2**53
"""JSON numbers above are not exact in every program (RFC 8259, section 6)."""

Text = Annotated[str, Meta(max_length=LONGEST_TEXT)]

REFUSALS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError, OverflowError)
"""Raised for JSON that is garbled, too deep, or of another form."""


class UnreadableError(ValueError):
    """A payload that no node publishes."""


def refuse_large(payload: bytes, largest: int) -> None:
    """Raises UnreadableError for a payload of more bytes."""
    if len(payload) > largest:
        raise UnreadableError(f"{len(payload)} bytes, more than {largest}")
