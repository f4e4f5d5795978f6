"""The password file."""

from soundpost.config import read_password_file


def read_password(file: str | None) -> str | None:
    """Returns the password in a file of one line; None without a file.

    Raises:
        ConfigError: As for `read_password_file`.
    """
    return None if file is None else read_password_file("mqtt.password_file", file)
