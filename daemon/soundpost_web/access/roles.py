"""The roles of people."""

from enum import IntEnum
from typing import NamedTuple


class Role(IntEnum):
    """A role has the rights of those below it."""

    NOBODY = 0
    VIEWER = 1
    ADMIN = 2


class Visitor(NamedTuple):
    """The person behind a request.

    Attributes:
        role: The role.
        name: The name to be shown; empty for a person without a login.
        session: The random part of the session, to which forms are bound; empty without one.
    """

    role: Role
    name: str = ""
    session: str = ""
