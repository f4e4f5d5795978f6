"""What may be asked of a node, and how such a message is read."""

from itertools import accumulate
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from soundpost.errors import PublishError, did_you_mean, expected_value

LARGEST_BYTES = 16_384
"""No command is a hundredth of it."""
DEEPEST = 100
"""No command has more than one list in an object; how deep a parser may go is each Python's own."""
LONGEST_MUTE_MINUTES = 1_440.0
"""A day: nobody knows of a forgotten mute, until something was not told."""
LONGEST_CAPTURE_SECONDS = 120.0

Id = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9._:-]{1,64}\Z",
        description="1 to 64 letters, digits, dots, dashes, colons and underscores",
    ),
]
Name = Annotated[str, Meta(min_length=1, max_length=64, description="a name of 1 to 64 letters")]
Names = Annotated[
    list[Name], Meta(min_length=1, max_length=1_000, description="a list of labels, or null")
]
Minutes = Annotated[
    float, Meta(ge=0.0, le=LONGEST_MUTE_MINUTES, description="a number >= 0, <= 1440")
]
Seconds = Annotated[
    float, Meta(gt=0.0, le=LONGEST_CAPTURE_SECONDS, description="a number > 0, <= 120")
]
Share = Annotated[float, Meta(ge=0.0, le=1.0, description="a number >= 0, <= 1, or null")]


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every command says.

    Attributes:
        id: Chosen by the sender, a new one for each; the same one again is the same command.
    """

    id: Id


class Mute(Command, frozen=True):
    """Tell nothing of these labels for so long; nothing at all if none is named."""

    minutes: Minutes
    labels: Names | None = None


class Unmute(Command, frozen=True):
    """Tell of these labels again; of all if none is named."""

    labels: Names | None = None


class Threshold(Command, frozen=True):
    """Let this smoothed score start an event of the label; null for what was configured."""

    label: Name
    on: Share | None


class Profile(Command, frozen=True):
    """Decide on the label as this profile does; null for what was configured."""

    label: Name
    profile: Name | None


class Selftest(Command, frozen=True):
    """Try whether all works, while listening."""


class CaptureNow(Command, frozen=True):
    """Keep a clip of what is heard now, as long as this and what was heard just before."""

    seconds: Seconds


class Reload(Command, frozen=True):
    """Read the configuration again."""


COMMANDS: dict[str, type[Command]] = {
    "mute": Mute,
    "unmute": Unmute,
    "threshold": Threshold,
    "profile": Profile,
    "selftest": Selftest,
    "capture-now": CaptureNow,
    "reload": Reload,
}
"""By the last part of their topic."""


def read_command(name: str, payload: bytes) -> Command:
    """The command that a message is.

    Args:
        name: The last part of its topic.
        payload: JSON, perhaps; anything at all.

    Raises:
        PublishError: It is none, and why.
    """
    if name not in COMMANDS:
        raise PublishError(f"there is no command {name[:64]!r}", hint=did_you_mean(name, COMMANDS))
    fields, kind = _object(payload), COMMANDS[name]
    for key in fields:
        if key not in kind.__struct_fields__:
            hint = did_you_mean(key, kind.__struct_fields__)
            raise PublishError(f"{name} has no key {key[:64]!r}", hint=hint)
    for field in msgspec.structs.fields(kind):
        if field.name not in fields:
            if field.required:
                raise PublishError(f"{name} lacks {field.name}", hint=_wanted(kind))
            continue
        try:
            msgspec.convert(fields[field.name], field.type)
        except msgspec.ValidationError as error:
            raise PublishError(
                f"{name}: {field.name}: expected {expected_value(field.type, error)}",
                hint=_wanted(kind),
            ) from None
    return msgspec.convert(fields, kind)


def read_id(payload: bytes) -> str | None:
    """The id of a message that may be no command otherwise; None if it has none."""
    try:
        return msgspec.convert(_object(payload).get("id"), Id)
    except (PublishError, msgspec.ValidationError):
        return None


def _object(payload: bytes) -> dict[str, Any]:
    hint = 'a command is a JSON object such as {"id": "a1"}; docs/PAYLOAD.md lists them'
    if len(payload) > LARGEST_BYTES:
        raise PublishError(
            f"a command has at most {LARGEST_BYTES} bytes, this one {len(payload)}", hint=hint
        )
    depths = accumulate((byte in b"[{") - (byte in b"]}") for byte in payload)
    if max(depths, default=0) > DEEPEST:
        raise PublishError("the message is nested too deep", hint=hint)
    try:
        return msgspec.json.decode(payload, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PublishError(f"the message is no JSON object: {error}", hint=hint) from None


def _wanted(kind: type[Command]) -> str:
    """The keys of a command, those that may be left away in brackets."""
    fields = sorted(msgspec.structs.fields(kind), key=lambda field: field.name != "id")
    keys = [field.name if field.required else f"[{field.name}]" for field in fields]
    return f"its keys: {', '.join(keys)}; docs/PAYLOAD.md says more"
