"""The node that the message in a sidecar states."""

import msgspec


class _Origin(msgspec.Struct, frozen=True):
    """The fields that name a node; a clip on request has neither."""

    node: str = ""
    source: str = ""


def claimed_node(detection: msgspec.Raw) -> str:
    """Returns `<node>` or `<node>/<source>`; empty if the message states none.

    Raises:
        msgspec.DecodeError: It is no message.
    """
    origin = msgspec.json.decode(detection, type=_Origin)
    return "/".join(filter(None, (origin.node, origin.source)))
