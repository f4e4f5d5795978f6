"""Decodes the live view of a node, within limits."""

import base64
import binascii
from typing import Annotated

import msgspec
from msgspec import Meta

from soundpost_web.nodes.limits import (
    MOST_NUMBER,
    REFUSALS,
    Text,
    UnreadableError,
    refuse_large,
)

LARGEST_BYTES = 16_384
"""Of a message: twenty columns of the 256 bands that a bundle may have take 7 kB."""
MOST_COLUMNS = 40
_MOST_SCORES = 10

Hertz = Annotated[float, Meta(ge=0.0, le=1_000_000.0)]
Seconds = Annotated[float, Meta(ge=0.0, le=3_600.0)]


class NodeLiveView(msgspec.Struct, frozen=True):
    """Columns of a spectrogram with the top scores, as docs/PAYLOAD.md has them."""

    node: Text
    delay_seconds: Seconds
    first: Annotated[int, Meta(ge=0, le=MOST_NUMBER)]
    column_seconds: Annotated[float, Meta(gt=0.0, le=10.0)]
    bands: Annotated[int, Meta(ge=1, le=256)]
    low_hz: Hertz
    high_hz: Hertz
    columns: str
    scores: Annotated[
        dict[Text, Annotated[float, Meta(ge=0.0, le=1.0)]], Meta(max_length=_MOST_SCORES)
    ]
    source: Text | None = None


def decode_live_view(node: str, payload: bytes) -> NodeLiveView:
    """Decodes a message of the live view.

    Args:
        node: The node of the topic; its name in the payload must be the same.
        payload: The payload.

    Raises:
        UnreadableError: It is no live view of this node, or too large.
    """
    refuse_large(payload, LARGEST_BYTES)
    try:
        view = msgspec.json.decode(payload, type=NodeLiveView)
        content = base64.b64decode(view.columns, validate=True)
    except (*REFUSALS, binascii.Error) as error:
        raise UnreadableError(str(error)) from error
    columns, rest = divmod(len(content), view.bands)
    if rest or not 1 <= columns <= MOST_COLUMNS:
        raise UnreadableError(f"{len(content)} bytes of columns of {view.bands} bands")
    if "/".join(filter(None, (view.node, view.source))) != node:
        raise UnreadableError("the node is not that of the topic")
    return view
