"""Reads and validates commands."""

from typing import Any

import msgspec

from soundpost.errors import PublishError, did_you_mean, expected_value
from soundpost.messages.command.fields import Id
from soundpost.messages.command.kinds import COMMANDS, Command

LARGEST_COMMAND_BYTES = 16_384
"""A hundred times the length of any command."""
MOST_BRACKETS = 100
"""Any command has one list in an object; deeper JSON could exceed the parser's recursion limit.
They are counted, which is quick, so that a flood of large messages takes no processor time."""


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
        if key not in kind.__struct_encode_fields__:
            hint = did_you_mean(key, kind.__struct_encode_fields__)
            raise PublishError(f"{name} has no key {key[:64]!r}", hint=hint)
    for field in msgspec.structs.fields(kind):
        key = field.encode_name
        if key not in fields:
            if field.required:
                raise PublishError(f"{name} lacks {key}", hint=_keys_hint(kind))
            continue
        try:
            msgspec.convert(fields[key], field.type)
        except msgspec.ValidationError as error:
            raise PublishError(
                f"{name}: {key}: expected {expected_value(field.type, error)}",
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
    keys = [each.encode_name if each.required else f"[{each.encode_name}]" for each in fields]
    return f"its keys: {', '.join(keys)}; see docs/PAYLOAD.md"
