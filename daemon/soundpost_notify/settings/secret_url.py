"""Addresses that hold a secret, as those of many webhooks do, from a file of one line."""

import msgspec

from soundpost.config import read_password_file
from soundpost.errors import ConfigError
from soundpost_notify.settings.targets import AppriseConfig, WebhookConfig, WebUrl


def read_url(where: str, config: AppriseConfig | WebhookConfig) -> str:
    """Returns the address of a target, from its table or from the file that it names.

    Args:
        where: The name of the table, for errors.
        config: The table.

    Raises:
        ConfigError: The file cannot be read, or does not hold one line.
    """
    if config.url is not None:
        return config.url
    return read_password_file(f"{where} url_file", config.url_file or "")


def read_web_url(where: str, config: WebhookConfig) -> str:
    """Returns the address of a webhook; exceptions are those of `read_url`."""
    url = read_url(where, config)
    try:
        return msgspec.convert(url, WebUrl)
    except msgspec.ValidationError:
        raise ConfigError(  # without the address, which is a secret
            f"{where} url_file: expected http://host/path or https://host/path, got another text",
            hint="put the address on the first line of the file",
        ) from None
