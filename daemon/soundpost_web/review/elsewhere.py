"""The clips of a queue that are not on the machine of the page, by node."""

from enum import StrEnum
from typing import NamedTuple


class Elsewhere(StrEnum):
    """The reason for which clips are not here; the values are names of texts."""

    FETCHING = "fetching"
    LATER = "later"
    OFFLINE = "offline"
    FAILED = "failed"
    AWAY = "away"


class NodeClips(NamedTuple):
    """The clips of a node that are not here.

    Attributes:
        node: The node; empty while the broker is away.
        reason: The reason.
        clips: The number of clips; of those on their way if some are.
        message: The reason of a failure.
    """

    node: str
    reason: Elsewhere
    clips: int
    message: str = ""


class Ahead(NamedTuple):
    """The state of the clips that are not here.

    Attributes:
        nodes: By node, in the order of their names.
        has_arrived: True if a clip has arrived since the call before.
    """

    nodes: list[NodeClips]
    has_arrived: bool = False
