"""The two ways in which a delivery fails, and the senders that raise them."""

from typing import NamedTuple, Protocol

from soundpost_notify.queue.content import Content


class DeliveryError(Exception):
    """A failure that may pass: the message is sent again later.

    Args:
        reason: For the log and the history; it holds no secret.
        retry_seconds: The least wait, as the service asks for it.
    """

    def __init__(self, reason: str, *, retry_seconds: float = 0.0) -> None:
        super().__init__(reason)
        self.retry_seconds = retry_seconds


class RefusedError(Exception):
    """The service will never take this message."""


class Attachment(NamedTuple):
    """A file that is attached.

    Attributes:
        name: Its name.
        kind: Its media type.
        content: Its content.
    """

    name: str
    kind: str
    content: bytes


class Message(NamedTuple):
    """A message as a target gets it.

    Attributes:
        content: The message.
        key: Its identity, the same at every attempt.
        thread: The identity of all messages to the target about one event.
        target: The name of the target.
        attachments: The files, the picture first.
    """

    content: Content
    key: str
    thread: str
    target: str
    attachments: tuple[Attachment, ...] = ()


class Sender(Protocol):
    """Sends messages to one target, from one thread."""

    def send(self, message: Message) -> None:
        """Sends a message.

        Raises:
            DeliveryError: It could not be sent now.
            RefusedError: The service will never take it.
        """
        ...
