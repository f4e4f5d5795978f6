"""The password file."""

from pathlib import Path

from soundpost.errors import ConfigError
from soundpost.system.regular_file import read_regular

_OTHERS_MASK = 0o007
_LARGEST_PASSWORD_BYTES = 65_535
"""The longest password of MQTT (section 1.5.6)."""
_BLANKS = " \t\r\n"
"""Never at the end of a password; all other blanks are a part of it."""


def read_password(file: str | None) -> str | None:
    """Returns the password in a file of one line; None without a file.

    Raises:
        ConfigError: It cannot be read, can be read by everyone, or does not hold one line.
    """
    if file is None:
        return None
    path = Path(file)
    try:
        content = read_regular(path, _LARGEST_PASSWORD_BYTES)
        if path.stat().st_mode & _OTHERS_MASK:
            raise ConfigError(
                f"mqtt.password_file {path} can be read by every user of this machine",
                hint=f"chmod o= {path}, and give it to the user that soundpost runs as",
            )
        # An editor adds a byte order mark or a line ending that no one sees, and so does a blank
        # that was copied along.
        password = content.decode("utf-8-sig").rstrip(_BLANKS)
    except OSError as error:
        raise ConfigError(
            f"mqtt.password_file {path} cannot be read: {error.strerror}",
            hint="it must exist and be readable for the user that soundpost runs as",
        ) from error
    except UnicodeDecodeError:
        raise ConfigError(
            f"mqtt.password_file {path} is not text in UTF-8",
            hint="put the password on its first line, and save it as UTF-8",
        ) from None
    if not password or "\n" in password:
        raise ConfigError(
            f"mqtt.password_file {path} does not hold one line", hint="put the password on it"
        )
    return password
