"""Who sent a command, and where its result may go."""

from dataclasses import dataclass

from soundpost.errors import PublishError
from soundpost.publish.message import IncomingMessage

_LONGEST_TOPIC = 256
_LONGEST_CORRELATION_BYTES = 1_024


@dataclass(frozen=True, slots=True)
class ReplyTo:
    """Where the result of a command goes, besides the node's own topic.

    Attributes:
        topic: Where the sender wants it; None for nowhere else.
        correlation: What the sender knows it by.
    """

    topic: str | None = None
    correlation: bytes | None = None


def read_sender(heard: IncomingMessage, base: str) -> ReplyTo:
    """The sender that a command names.

    Args:
        heard: The command.
        base: What the node's topics begin with, `<prefix>/<node>`.

    Raises:
        PublishError: It names a topic on which nothing is answered, or too much to know it by.
    """
    topic, correlation = heard.response_topic, heard.correlation
    if len(correlation or b"") > _LONGEST_CORRELATION_BYTES:
        raise PublishError(
            f"correlation data has at most {_LONGEST_CORRELATION_BYTES} bytes",
            hint="a number is enough",
        )
    if topic is not None and not _may_answer_on(topic, base):
        raise PublishError(
            "the response topic is none that a result may go to",
            hint=f"name one below {base}/result/, or none: all go to {base}/result",
        )
    return ReplyTo(topic, correlation)


def _may_answer_on(topic: str, base: str) -> bool:
    # Who may command the node may not have it forge what it tells otherwise.
    is_ours = topic.startswith(f"{base}/") and not topic.startswith(f"{base}/result/")
    is_plain = topic.isprintable() and not set(topic) & set("+#") and topic[:1] != "$"
    return bool(topic) and len(topic) <= _LONGEST_TOPIC and is_plain and not is_ours
