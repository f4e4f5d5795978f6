"""A piece of a clip's file on the wire, as in docs/PAYLOAD.md and docs/schema/."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from soundpost.messages.command import LARGEST_CLIP_BYTES, ClipFile, Id

LARGEST_PIECE_BYTES = 65_536
"""Of the data of a piece that a receiver takes; a node sends a quarter of it."""

BUSY = "a clip is being sent already"
"""The message of the result while a node sends another clip; the command can be repeated."""

Size = Annotated[int, Meta(ge=0, le=LARGEST_CLIP_BYTES)]


class ClipPieceMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a file (schema 1), on `<prefix>/<node>/clip`.

    Attributes:
        schema: The version of this schema.
        node: The node that has the file.
        source: The source of it, if the node has several.
        id: The id of the command that this answers.
        file: The name of the file.
        size_bytes: The size of the whole file.
        sha256: The SHA-256 of the whole file, in hexadecimal digits.
        offset: The position of the first byte of this piece in the file.
        data: The bytes, in base64 (RFC 4648) on the wire.
    """

    schema: Literal[1] = 1
    node: str
    source: str | UnsetType = UNSET
    id: Id
    file: ClipFile
    size_bytes: Size
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
    offset: Size
    data: Annotated[bytes, Meta(max_length=LARGEST_PIECE_BYTES)]
