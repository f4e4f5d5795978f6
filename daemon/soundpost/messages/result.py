"""What came of a command, field for field: docs/PAYLOAD.md and docs/schema/ say the same."""

from enum import StrEnum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from soundpost.messages.payload import Time

LONGEST_NAME = 64


class Status(StrEnum):
    """How far a command has come; the value is its name on the wire."""

    STARTED = "started"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


class ResultMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What came of a command (schema 1), on `<prefix>/<node>/result`.

    Attributes:
        schema: Version of this shape.
        node: Who was asked.
        id: The command's; None if it has none that can be read.
        command: The last part of its topic.
        status: `started` is followed by another result under the same id; the others are the end.
            `refused`: nothing was done. `failed`: it was tried.
        message: What came of it, in one line.
        hint: What to do about it; empty where there is nothing to do.
        at: When that was, RFC 3339 in UTC.
        clip: The file that was asked for; None unless there is one.
    """

    schema: Literal[1] = 1
    node: str
    id: str | None
    command: Annotated[str, Meta(max_length=LONGEST_NAME)]
    status: Status
    message: str
    hint: str
    at: Time
    clip: str | None = None
