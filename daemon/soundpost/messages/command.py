"""The commands that a node accepts, and their validation."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from soundpost.errors import PublishError, did_you_mean, expected_value

LARGEST_COMMAND_BYTES = 16_384
"""A hundred times the length of any command."""
MOST_BRACKETS = 100
"""Any command has one list in an object; deeper JSON could exceed the parser's recursion limit.
They are counted, which is quick, so that a flood of large messages takes no processor time."""
LONGEST_MUTE_MINUTES = 1_440.0
"""A day, because a forgotten mute is not noticed until a detection is missed."""
LONGEST_CAPTURE_SECONDS = 120.0
"""A longer clip would be large, and its sound must be in memory until it is stored."""
LARGEST_CLIP_BYTES = 160_000_000
"""The largest file of a clip (`soundpost.evidence.store.read_clip`)."""
LONGEST_LIVE_VIEW_SECONDS = 60.0
"""A sender that is gone is noticed only by this time."""

Id = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9._:-]{1,64}\Z",
        description="1 to 64 letters, digits, dots, dashes, colons and underscores",
    ),
]
Name = Annotated[str, Meta(min_length=1, max_length=200, description="a name of 1 to 200 letters")]
"""A label has at most 64 letters; its common name, as a bundle may give it, 200."""
Names = Annotated[
    list[Name], Meta(min_length=1, max_length=1_000, description="a list of labels, or null")
]
Minutes = Annotated[
    float, Meta(ge=0.0, le=LONGEST_MUTE_MINUTES, description="a number >= 0, <= 1440")
]
Seconds = Annotated[
    float, Meta(gt=0.0, le=LONGEST_CAPTURE_SECONDS, description="a number > 0, <= 120")
]
LiveSeconds = Annotated[
    float, Meta(gt=0.0, le=LONGEST_LIVE_VIEW_SECONDS, description="a number > 0, <= 60")
]
Share = Annotated[float, Meta(ge=0.0, le=1.0, description="a number >= 0, <= 1, or null")]
ClipFile = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{8}T[0-9]{6}Z-[a-z0-9_]{1,64}-[0-9a-f]{8}\.(flac|png|json)\Z",
        description="the name of a clip's file, such as 20261120T073121Z-dog-6da2fa14.flac",
    ),
]
Offset = Annotated[
    int,
    Meta(ge=0, le=LARGEST_CLIP_BYTES, description="a whole number >= 0, <= 160000000"),
]


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The field of every command.

    Attributes:
        id: Chosen by the sender, a new one for each command; a repeated id is the same command.
    """

    id: Id


class MuteCommand(Command, frozen=True):
    """Suppresses detections of these labels for some minutes; of all labels if none is named."""

    minutes: Minutes
    labels: Names | None = None


class UnmuteCommand(Command, frozen=True):
    """Ends the mute of these labels; of all labels if none is named."""

    labels: Names | None = None


class ThresholdCommand(Command, frozen=True):
    """Sets the smoothed score that starts an event of a label; null for the configured one."""

    label: Name
    on: Share | None


class ProfileCommand(Command, frozen=True):
    """Sets the profile of a label; null for the configured one."""

    label: Name
    profile: Name | None


class SelfTestCommand(Command, frozen=True):
    """Runs the self-test beside the running pipeline."""


class CaptureCommand(Command, frozen=True):
    """Records a clip of the next seconds, and of the sound just before them."""

    seconds: Seconds


class LiveViewCommand(Command, frozen=True):
    """Sends the live view for some seconds from now on; repeated while it is looked at."""

    seconds: LiveSeconds


class ReloadCommand(Command, frozen=True):
    """Reads the configuration again."""


class ClipCommand(Command, frozen=True):
    """Sends a file of a clip in pieces, from a byte of it on."""

    file: ClipFile
    offset: Offset = 0


COMMANDS: dict[str, type[Command]] = {
    "mute": MuteCommand,
    "unmute": UnmuteCommand,
    "threshold": ThresholdCommand,
    "profile": ProfileCommand,
    "selftest": SelfTestCommand,
    "capture-now": CaptureCommand,
    "reload": ReloadCommand,
    "clip": ClipCommand,
    "live-view": LiveViewCommand,
}
"""The type of each command, by the last level of its topic."""


def read_command(name: str, payload: bytes) -> Command:
    """Decodes and validates a command.

    Args:
        name: The last level of its topic.
        payload: The message; it may be any bytes.

    Raises:
        PublishError: It is not a valid command; message and hint say why.
    """
    if name not in COMMANDS:
        raise PublishError(f"there is no command {name[:64]!r}", hint=did_you_mean(name, COMMANDS))
    fields, kind = _decode_object(payload), COMMANDS[name]
    for key in fields:
        if key not in kind.__struct_fields__:
            hint = did_you_mean(key, kind.__struct_fields__)
            raise PublishError(f"{name} has no key {key[:64]!r}", hint=hint)
    for field in msgspec.structs.fields(kind):
        if field.name not in fields:
            if field.required:
                raise PublishError(f"{name} lacks {field.name}", hint=_keys_hint(kind))
            continue
        try:
            msgspec.convert(fields[field.name], field.type)
        except msgspec.ValidationError as error:
            raise PublishError(
                f"{name}: {field.name}: expected {expected_value(field.type, error)}",
                hint=_keys_hint(kind),
            ) from None
    return msgspec.convert(fields, kind)


def read_id(payload: bytes) -> str | None:
    """Returns the id of a message that may be an invalid command; None if it has no valid id."""
    try:
        return msgspec.convert(_decode_object(payload).get("id"), Id)
    except (PublishError, msgspec.ValidationError):
        return None


def _decode_object(payload: bytes) -> dict[str, Any]:
    hint = 'a command is a JSON object such as {"id": "a1"}; docs/PAYLOAD.md lists them'
    if len(payload) > LARGEST_COMMAND_BYTES:
        raise PublishError(
            f"a command has at most {LARGEST_COMMAND_BYTES} bytes, this one {len(payload)}",
            hint=hint,
        )
    if payload.count(b"[") + payload.count(b"{") > MOST_BRACKETS:
        raise PublishError("the message is nested too deep", hint=hint)
    try:
        return msgspec.json.decode(payload, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PublishError(f"the message is not a JSON object: {error}", hint=hint) from None


def _keys_hint(kind: type[Command]) -> str:
    """Returns a hint with the keys of a command, the optional ones in brackets."""
    fields = sorted(msgspec.structs.fields(kind), key=lambda field: field.name != "id")
    keys = [field.name if field.required else f"[{field.name}]" for field in fields]
    return f"its keys: {', '.join(keys)}; see docs/PAYLOAD.md"
