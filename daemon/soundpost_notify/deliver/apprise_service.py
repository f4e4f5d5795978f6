"""Sends messages to a service of Apprise; the only file that imports apprise."""

import logging
import tempfile
from pathlib import Path

from soundpost.errors import ConfigError
from soundpost_notify.deliver.outcome import DeliveryError, Message
from soundpost_notify.errors import NotifyError
from soundpost_notify.settings import AppriseConfig
from soundpost_notify.settings.secret_url import read_url


class AppriseSender:
    """Sends to one service of Apprise.

    Its URL is a secret: neither errors nor the log have it, so the log of Apprise is discarded.

    Args:
        where: The name of its table, for errors.
        config: The table.

    Raises:
        ConfigError: Apprise does not know the service, or its URL is incomplete.
        NotifyError: Apprise is not installed.
    """

    def __init__(self, where: str, config: AppriseConfig) -> None:
        try:
            import apprise  # noqa: PLC0415 - installed with an extra
        except ModuleNotFoundError as error:
            raise NotifyError(
                f"{where} needs {error.name}, which is not installed",
                hint="install the extra: pip install 'soundpost[notify]'",
            ) from error
        log = logging.getLogger(apprise.logger.name)
        log.propagate = False
        log.addHandler(logging.NullHandler())
        url = read_url(where, config)
        # In memory: some services would store tokens in a folder of the user.
        asset = apprise.AppriseAsset(storage_mode=apprise.PersistentStoreMode.MEMORY)
        self._service = apprise.Apprise(asset=asset)
        self._format = apprise.NotifyFormat.TEXT
        if not self._service.add(url):
            scheme, has_scheme, _ = url.partition("://")
            shown = f"{scheme[:20]}://…" if has_scheme else "a text without ://"
            raise ConfigError(
                f"{where} url: expected a URL of Apprise, got {shown}, which it cannot use",
                hint="https://appriseit.com/services/ has the form of each service",
            )

    def send(self, message: Message) -> None:
        """Sends a message; exceptions are those of `Sender`.

        Apprise does not tell a refusal from an outage, so each failure may pass.
        """
        content = message.content
        text = "\n".join(filter(None, [content.text, content.link]))
        with tempfile.TemporaryDirectory(prefix="soundpost-notify-") as folder:
            paths = []
            for file in message.attachments:
                path = Path(folder) / file.name
                path.write_bytes(file.content)
                paths.append(str(path))
            is_sent = self._service.notify(
                text, content.title, body_format=self._format, attach=paths or None
            )
        if not is_sent:
            raise DeliveryError("the service refuses the message, or does not answer")
