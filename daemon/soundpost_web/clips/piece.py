"""A piece of a clip's file as a node sends it, decoded within limits."""

import msgspec

from soundpost.messages.clip_piece import ClipPieceMessage
from soundpost_web.nodes.limits import REFUSALS, UnreadableError, refuse_large

LARGEST_BYTES = 100_000
"""Of the payload: the largest piece in base64, with its other fields."""


def decode_piece(node: str, payload: bytes) -> ClipPieceMessage:
    """Decodes a piece.

    Args:
        node: The node of the topic; its name in the payload must be the same.
        payload: The payload.

    Raises:
        UnreadableError: It is no piece of this node, or too large.
    """
    refuse_large(payload, LARGEST_BYTES)
    try:
        piece = msgspec.json.decode(payload, type=ClipPieceMessage)
    except REFUSALS as error:
        raise UnreadableError(str(error)) from error
    if "/".join(filter(None, (piece.node, piece.source or None))) != node:
        raise UnreadableError("the node is not that of the topic")
    return piece
