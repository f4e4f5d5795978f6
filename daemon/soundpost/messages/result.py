"""The result of a command on the wire, as in docs/PAYLOAD.md and docs/schema/."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from soundpost.messages.payload import Time

LONGEST_NAME = 64
"""Characters of an unknown command's name that its result repeats."""


class CommandStatus(StrEnum):
    """The state of a command; the value is its name on the wire."""

    STARTED = "started"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class CommandOutcome:
    """The outcome of a command: the fields of its result that the command itself determines."""

    status: CommandStatus
    message: str
    hint: str = ""
    clip: str | None = None


class ResultMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The result of a command (schema 1), on `<prefix>/<node>/result`.

    Attributes:
        schema: The version of this schema.
        node: The node that received the command.
        source: The source of it that received the command, if the node has several.
        id: The id of the command; None if it has no valid one.
        command: The last level of the command's topic.
        status: `started` is followed by another result with the same id; the others are final.
            `refused`: nothing was done. `failed`: it was attempted.
        message: The outcome, in one line.
        hint: What to do about it; empty where there is nothing to do.
        at: The time of the result, RFC 3339 in UTC.
        clip: The file name of the clip that was requested; None if there is none.
    """

    schema: Literal[1] = 1
    node: str
    source: str | UnsetType = UNSET
    id: str | None
    command: Annotated[str, Meta(max_length=LONGEST_NAME)]
    status: CommandStatus
    message: str
    hint: str
    at: Time
    clip: str | None = None
