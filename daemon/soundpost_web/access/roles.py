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


class AnalyzeRight(NamedTuple):
    """The visitors who may have recordings analyzed, which takes the processor for a while.

    Attributes:
        allowed: `nobody`, `viewer` or `admin`.
        is_public: True if everyone may look at the page; who is not logged in then may not.
    """

    allowed: str
    is_public: bool

    def admits(self, visitor: Visitor) -> bool:
        """Returns whether a visitor may."""
        if self.allowed == "nobody" or (self.is_public and not visitor.session):
            return False
        return visitor.role >= Role[self.allowed.upper()]
