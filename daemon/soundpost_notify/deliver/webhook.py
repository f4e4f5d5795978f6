"""Sends messages as JSON to an address of HTTP."""

from soundpost.config import read_password_file
from soundpost_notify.deliver.outcome import Message
from soundpost_notify.deliver.template import BodyTemplate
from soundpost_notify.deliver.web_request import WebRequest, send_request, web_address
from soundpost_notify.settings import WebhookConfig
from soundpost_notify.settings.secret_url import read_web_url


class WebhookSender:
    """Sends a JSON object, with the header `Idempotency-Key`.

    Args:
        where: The name of its table, for errors.
        config: The table.

    Raises:
        ConfigError: A file of it cannot be used, or its body names an unknown field.
    """

    def __init__(self, where: str, config: WebhookConfig) -> None:
        self._method = config.method
        self._template = BodyTemplate(f"{where} body", config.body)
        self._address = web_address(where, read_web_url(where, config), config.ca_file)
        self._headers = {"Content-Type": "application/json", **config.headers}
        if config.token_file is not None:
            token = read_password_file(f"{where} token_file", config.token_file)
            self._headers["Authorization"] = f"Bearer {token}"

    def send(self, message: Message) -> None:
        """Sends a message; exceptions are those of `Sender`."""
        headers = {**self._headers, "Idempotency-Key": message.key}
        request = WebRequest(self._method, headers, self._template.render(message))
        send_request(self._address, request)
