"""Files of credentials: each must be a regular file of a sensible size."""

from pathlib import Path

from soundpost.config.outputs.mqtt import BrokerConfig
from soundpost.errors import ConfigError
from soundpost.system.regular_file import read_regular

_LARGEST_BYTES = 10_000_000
"""Fifty times Debian's list of all certificate authorities."""
_OTHERS_MASK = 0o007
_LARGEST_PASSWORD_BYTES = 65_535
"""The longest password of MQTT (section 1.5.6)."""
_BLANKS = " \t\r\n"
"""Never at the end of a password; all other blanks are a part of it."""


def refuse_irregular_credentials(config: BrokerConfig) -> None:
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


def read_password_file(key: str, file: str) -> str:
    """Returns the password in a file of one line.

    Args:
        key: The full name of the key that names the file, for errors.
        file: Its path.

    Raises:
        ConfigError: It cannot be read, can be read by everyone, or does not hold one line.
    """
    path = Path(file)
    try:
        content = read_regular(path, _LARGEST_PASSWORD_BYTES)
        if path.stat().st_mode & _OTHERS_MASK:
            raise ConfigError(
                f"{key} {path} can be read by every user of this machine",
                hint=f"chmod o= {path}, and give it to the user that soundpost runs as",
            )
        # An editor adds a byte order mark or a line ending that no one sees, and so does a blank
        # that was copied along.
        password = content.decode("utf-8-sig").rstrip(_BLANKS)
    except OSError as error:
        raise ConfigError(
            f"{key} {path} cannot be read: {error.strerror}",
            hint="it must exist and be readable for the user that soundpost runs as",
        ) from error
    except UnicodeDecodeError:
        raise ConfigError(
            f"{key} {path} is not text in UTF-8",
            hint="put the password on its first line, and save it as UTF-8",
        ) from None
    if not password or "\n" in password:
        raise ConfigError(f"{key} {path} does not hold one line", hint="put the password on it")
    return password
