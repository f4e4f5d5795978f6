"""The result of a command on the wire, as in docs/PAYLOAD.md and docs/schema/."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from soundpost.messages.payload import Time

LONGEST_NAME = 64
"""Characters of an unknown command's name that its result repeats."""

MOST_REPORTED = 5
"""Of the sounds and clips in a report, so that a result stays below 2 kB: 200 are stored."""

LONGEST_SHORT_MESSAGE = 80
"""Characters of the message of a result that the broker has refused as too large: with the longest
id such a result takes 400 bytes, less than a detection."""


class CommandStatus(StrEnum):
    """The state of a command; the value is its name on the wire."""

    STARTED = "started"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


class FalseDetection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sound that a taught label would be, or is, mistaken for.

    Attributes:
        name: The file of the sound, or `this node` for the background that the node has kept.
        seconds: The position in that file or stretch.
        score: The peak of its score.
        time: Its time, RFC 3339 in UTC; None if it is not known.
    """

    name: str
    seconds: float
    score: float
    time: str | None = None


class UnusedClip(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A clip that was not used, and the reason."""

    clip: str
    reason: str


class TeachReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The figures of a label that was taught, or refused: each on sound it was not fitted on.

    Attributes:
        label: The label.
        version: The version that is in use now; None if nothing was stored.
        recordings: Recordings of the label.
        detected: Those that are detected.
        missed: The names of others, at most `MOST_REPORTED`.
        negative_hours: Background and other sounds, in which false events are counted.
        background_hours: Of these, the background.
        false_events_per_hour: Events an hour in these; None without any.
        budget: The events an hour that were allowed.
        false_events: The sounds that are in the way, the worst first, at most `MOST_REPORTED`.
        unused: Clips that were not used, at most `MOST_REPORTED`.
    """

    label: str
    version: int | None
    recordings: int
    detected: int
    missed: list[str]
    negative_hours: float
    background_hours: float
    false_events_per_hour: float | None
    budget: float
    false_events: list[FalseDetection]
    unused: list[UnusedClip]


@dataclass(frozen=True, slots=True)
class CommandOutcome:
    """The outcome of a command: the fields of its result that the command itself determines.

    Attributes:
        status: The state of the command.
        message: The outcome, in one line.
        hint: What to do about it.
        clip: The file name of the clip that was requested.
        teach: The figures of a label that was taught.
        reloads: True if the node must read its heads again.
    """

    status: CommandStatus
    message: str
    hint: str = ""
    clip: str | None = None
    teach: TeachReport | None = None
    reloads: bool = False


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
        teach: The figures of a label that was taught or refused; left out without any.
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
    teach: TeachReport | UnsetType = UNSET

    def shortened(self, size_bytes: int) -> "ResultMessage":
        """Returns the result for a broker that refuses it because of its size.

        Args:
            size_bytes: Of the payload that is too large.
        """
        hint = (
            f"the broker takes no result of {size_bytes} bytes: all of it is in commands.json of "
            "the node"
        )
        message = self.message
        if len(message) > LONGEST_SHORT_MESSAGE:
            message = f"{message[: LONGEST_SHORT_MESSAGE - 1]}…"
        return msgspec.structs.replace(self, message=message, hint=hint, teach=UNSET)
