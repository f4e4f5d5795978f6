"""Sends messages to a topic of ntfy (https://docs.ntfy.sh/publish/)."""

import base64

import msgspec

from soundpost.config import read_password_file
from soundpost_notify.deliver.outcome import Message, RefusedError
from soundpost_notify.deliver.web_request import WebRequest, send_request, web_address
from soundpost_notify.settings import NtfyConfig

_WORD_CHARACTERS = 11
"""Of 4 bytes at most: an encoded word has 75 characters at most (RFC 2047, section 2)."""


class NtfySender:
    """Publishes to a topic.

    Every message has a sequence id, the same at every attempt: a server from 2.16 on replaces a
    message that arrives twice, and an event by its retraction. An older one ignores the id.

    Args:
        where: The name of its table, for errors.
        config: The table.

    Raises:
        ConfigError: A file of it cannot be used.
    """

    def __init__(self, where: str, config: NtfyConfig) -> None:
        self._config = config
        self._address = web_address(where, config.url, config.ca_file)
        self._headers = {}
        if config.token_file is not None:
            token = read_password_file(f"{where} token_file", config.token_file)
            self._headers["Authorization"] = f"Bearer {token}"

    def send(self, message: Message) -> None:
        """Sends a message, with one file at most; exceptions are those of `Sender`."""
        if not message.attachments:
            self._send_text(message)
            return
        try:
            self._send_file(message)
        except RefusedError:  # too large, or a server that takes no files: the text is worth more
            self._send_text(message)

    def _send_text(self, message: Message) -> None:
        content, config = message.content, self._config
        body = {
            "topic": config.topic,
            "title": content.title,
            "message": content.text,
            "priority": config.priority,
            "tags": config.tags,
            "sequence_id": message.thread,
            **({"click": content.link} if content.link else {}),
        }
        headers = {"Content-Type": "application/json", **self._headers}
        send_request(self._address, WebRequest("POST", headers, msgspec.json.encode(body)))

    def _send_file(self, message: Message) -> None:
        content, config = message.content, self._config
        file = message.attachments[0]
        headers = {
            "Title": _encoded(content.title),
            "Message": _encoded(content.text),
            "Priority": str(config.priority),
            "Tags": ",".join(config.tags),
            "Filename": file.name,
            "Content-Type": file.kind,
            "X-Sequence-ID": message.thread,
            **({"Click": content.link} if content.link else {}),
            **self._headers,
        }
        send_request(self._address, WebRequest("PUT", headers, file.content, f"/{config.topic}"))


def _encoded(text: str) -> str:
    """Returns a text as a header value in ASCII (RFC 2047), line breaks included.

    The library of Python would replace these by blanks.
    """
    words = (
        text[begin : begin + _WORD_CHARACTERS].encode(errors="replace")
        for begin in range(0, len(text), _WORD_CHARACTERS)
    )
    return " ".join(f"=?utf-8?b?{base64.b64encode(word).decode()}?=" for word in words)
