"""Asks for a password, twice on a terminal; or reads it from a pipe."""

import getpass
from typing import TextIO

from soundpost_web.errors import WebError


def ask_password(role: str, stdin: TextIO) -> str:
    """Returns the new password of a role.

    Args:
        role: The role.
        stdin: The standard input; one line of it is the password unless it is a terminal.

    Raises:
        WebError: Two different passwords were typed.
    """
    if not stdin.isatty():
        return stdin.readline().rstrip("\r\n")
    password = getpass.getpass(f"New password of {role}: ")
    if getpass.getpass("Again: ") != password:
        raise WebError("the two passwords differ", hint="type the same one twice")
    return password
