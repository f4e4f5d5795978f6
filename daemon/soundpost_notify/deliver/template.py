"""The JSON body of a webhook: named fields in braces; values are encoded, never parsed."""

import base64
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from soundpost.errors import ConfigError, did_you_mean
from soundpost_notify.deliver.outcome import Message
from soundpost_notify.queue.content import Content

_FIELD = re.compile(r"\{([A-Za-z0-9_]+)\}")
_FILES = {"picture_base64": "image/png", "clip_base64": "audio/flac"}
_CONTENT = tuple(name for name in Content.__struct_fields__ if name != "attach")
FIELDS = (*_CONTENT, "key", "target", *_FILES)
"""The fields that a body may name."""


class BodyTemplate:
    """A JSON object in which `{field}` stands for a value.

    A text that is one field becomes its value, with its type; within a longer text it becomes its
    text. The template is a parsed object, and values are inserted after that: no value can end a
    string or add a key.

    Args:
        where: The name of its table, for errors.
        body: The template; None for all fields but the files.

    Raises:
        ConfigError: A field is unknown.
    """

    def __init__(self, where: str, body: Mapping[str, Any] | None) -> None:
        self._body = body or {name: f"{{{name}}}" for name in FIELDS if name not in _FILES}
        for name in sorted(_named(self._body)):
            if name not in FIELDS:
                raise ConfigError(
                    f"{where}: expected the name of a field, got {{{name}}}",
                    hint=did_you_mean(name, FIELDS),
                )

    def render(self, message: Message) -> bytes:
        """Returns the JSON of a message."""
        values: dict[str, object] = {
            **{name: getattr(message.content, name) for name in _CONTENT},
            "key": message.key,
            "target": message.target,
        }
        for name, kind in _FILES.items():
            files = [each.content for each in message.attachments if each.kind == kind]
            values[name] = base64.b64encode(files[0]).decode() if files else None
        return msgspec.json.encode(_filled(self._body, values))


def _named(part: object) -> set[str]:
    """Returns the names of all fields in a template, in keys as well."""
    if isinstance(part, str):
        return set(_FIELD.findall(part))
    if isinstance(part, Mapping):
        return set().union(*(_named(key) | _named(value) for key, value in part.items()))
    if isinstance(part, list):
        return set().union(*map(_named, part))
    return set()


def _filled(part: object, values: Mapping[str, object]) -> object:
    if isinstance(part, str):
        whole = _FIELD.fullmatch(part)
        if whole:
            return values[whole[1]]
        return _FIELD.sub(lambda found: _text(values[found[1]]), part)
    if isinstance(part, Mapping):
        return {key: _filled(value, values) for key, value in part.items()}
    if isinstance(part, list):
        return [_filled(each, values) for each in part]
    return part


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else msgspec.json.encode(value).decode()
