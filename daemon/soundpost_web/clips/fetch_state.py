"""The state of a clip that was requested from a node."""

from enum import StrEnum
from typing import NamedTuple


class FetchStatus(StrEnum):
    """The state of a clip that was requested; the values are names of texts."""

    WAITING = "waiting"
    RECEIVING = "receiving"
    DONE = "done"
    FAILED = "failed"


class Fetch(NamedTuple):
    """The state of a clip that was requested.

    Attributes:
        status: The state.
        received_bytes: Of the file that arrives.
        size_bytes: Its size; 0 if it is not known yet.
        message: The reason of a failure; empty if there is none.
    """

    status: FetchStatus
    received_bytes: int = 0
    size_bytes: int = 0
    message: str = ""
