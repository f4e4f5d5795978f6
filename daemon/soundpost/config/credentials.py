"""Files of credentials: each must be a regular file of a sensible size."""

from pathlib import Path

from soundpost.config.mqtt import MqttConfig
from soundpost.errors import ConfigError
from soundpost.system.regular_file import read_regular

_LARGEST_BYTES = 10_000_000
"""Fifty times Debian's list of all certificate authorities."""


def refuse_irregular_credentials(config: MqttConfig) -> None:
    """Reads the password file and the certificates once, before OpenSSL does.

    OpenSSL opens a file by its name: it would wait for the writer of a FIFO, and read a device
    without an end.

    Raises:
        ConfigError: A file cannot be read, is not a regular file, or is too large.
    """
    for key in ("password_file", "ca_file", "cert_file", "key_file"):
        path = getattr(config, key)
        try:
            if path:
                read_regular(Path(path), _LARGEST_BYTES)
        except OSError as error:
            verb = "read" if key == "password_file" else "used"
            raise ConfigError(
                f"mqtt.{key} {path} cannot be {verb}: {error.strerror}",
                hint="it must exist and be readable for the user that soundpost runs as",
            ) from error
