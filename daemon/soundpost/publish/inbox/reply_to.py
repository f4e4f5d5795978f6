"""Response topic, correlation data (MQTT 5, section 4.10) and retain flag of a command."""

from dataclasses import dataclass

from soundpost.errors import PublishError
from soundpost.mqtt.message import IncomingMessage

_LONGEST_TOPIC = 256
"""Characters; MQTT allows 65,535 bytes, which would be stored with each result that waits."""
_LONGEST_CORRELATION_BYTES = 1_024


@dataclass(frozen=True, slots=True)
class ReplyTo:
    """The place where a sender wants the result of its command, besides `<node>/result`.

    Attributes:
        topic: The response topic; None if the sender named none.
        correlation: The correlation data, returned unchanged.
    """

    topic: str | None = None
    correlation: bytes | None = None


def read_reply_to(message: IncomingMessage, base: str) -> ReplyTo:
    """Returns the response topic and correlation data of a command.

    Args:
        message: The command.
        base: The base topic of the node, `<prefix>/<node>`.

    Raises:
        PublishError: Results may not go to this topic, or the correlation data is too long.
    """
    topic, correlation = message.response_topic, message.correlation
    if len(correlation or b"") > _LONGEST_CORRELATION_BYTES:
        raise PublishError(
            f"correlation data has at most {_LONGEST_CORRELATION_BYTES} bytes",
            hint="a number is enough",
        )
    if topic is not None and not _may_reply_on(topic, base):
        raise PublishError(
            "the response topic is not one that a result may go to",
            hint=f"use one below {base}/result/, or none: all results go to {base}/result",
        )
    return ReplyTo(topic, correlation)


def require_not_retained(message: IncomingMessage) -> None:
    """Raises PublishError for a command that would come again with every connection."""
    if message.is_retained:
        raise PublishError(
            "the command is retained, and would come again with every connection",
            hint="send it without retain, and clear the topic: an empty retained message",
        )


def _may_reply_on(topic: str, base: str) -> bool:
    # The right to send commands must not be a way to forge the node's other messages.
    is_ours = topic.startswith(f"{base}/") and not topic.startswith(f"{base}/result/")
    is_plain = topic.isprintable() and not set(topic) & set("+#") and topic[:1] != "$"
    return bool(topic) and len(topic) <= _LONGEST_TOPIC and is_plain and not is_ours
