"""A message on its way out, and one that came in."""

from collections.abc import Callable
from dataclasses import dataclass

OnAck = Callable[[str | None], None]
"""Told None when the broker has taken the message, else the broker's reason for refusing it."""


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A message to be sent with QoS 1, and who waits for the broker's answer.

    Attributes:
        topic: Where to.
        payload: What.
        on_answer: Who waits.
        retain: Whether the broker is to keep it for those who come later.
        correlation: What tells an asker which answer this is; None if it is none.
    """

    topic: str
    payload: bytes
    on_answer: OnAck
    retain: bool
    correlation: bytes | None


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """A message that another client has published.

    Attributes:
        topic: Where.
        payload: What.
        is_retained: Whether it was meant to be kept, now or long ago.
        response_topic: Where an answer is expected, if anywhere.
        correlation: What the answer must carry, if anything.
    """

    topic: str
    payload: bytes
    is_retained: bool = False
    response_topic: str | None = None
    correlation: bytes | None = None


OnMessage = Callable[[IncomingMessage], None]
