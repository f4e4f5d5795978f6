"""Decodes payloads of nodes of any version, within limits: what is too much is refused."""

from datetime import UTC, datetime
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from soundpost.messages.payload import OFFLINE, ONLINE, DetectionMessage, decode_detection
from soundpost.messages.summary import SummaryMessage
from soundpost_web.history.message import EventMessage, Summary
from soundpost_web.settings.zones import to_ms

LARGEST_BYTES = 16_384
"""Of a detection or a summary, which have some 700."""
LARGEST_STATE_BYTES = 65_536
"""Of health and settings."""
_LONGEST_TEXT = 200
"""Of a label, a name, an id: the longest name of a bird has 60 characters."""
_MOST_PROBLEMS = 20
_MOST_SETTINGS = 200
"""As docs/PAYLOAD.md has it."""
_LEVELS_DBFS = (-200.0, 20.0)

_MOST_NUMBER = 2**53
"""JSON numbers above are not exact in every program (RFC 8259, section 6)."""

Kind = TypeVar("Kind")
Text = Annotated[str, Meta(max_length=_LONGEST_TEXT)]


class UnreadableError(ValueError):
    """A payload that no node publishes."""


class _Lenient(msgspec.Struct, frozen=True):
    """A JSON object, of which fields that are not named here are left out."""


class Model(_Lenient, frozen=True):
    """The identity of a model."""

    id: Text = ""
    version: Text = ""


class Counters(_Lenient, frozen=True):
    """The counters that the page shows, as docs/PAYLOAD.md has them."""

    samples: int = 0
    dropped_samples: int = 0
    reopens: int = 0
    windows: int = 0
    detections: int = 0
    events_muted: int = 0
    clips_kept: int = 0
    clips_lost: int = 0
    messages_dropped: int = 0
    messages_waiting: int = 0


class NodeHealth(_Lenient, frozen=True):
    """The health of a node, as docs/PAYLOAD.md has it; problems may be of a later version."""

    time: Text
    clock: Text
    version: Text
    heard_seconds: float
    problems: Annotated[list[Text], Meta(max_length=_MOST_PROBLEMS)]
    model: Model = Model()
    models: Annotated[list[Model], Meta(max_length=_MOST_PROBLEMS)] = []
    queue_seconds: float = 0.0
    cpu_percent: float = 0.0
    rss_bytes: int = 0
    counters: Counters = Counters()

    @property
    def all_models(self) -> list[Model]:
        """The models, in the order of the configuration of the node."""
        return self.models or [self.model]


class NodeSettings(_Lenient, frozen=True):
    """The settings of a node that commands can change, as docs/PAYLOAD.md has them."""

    muted: Annotated[dict[Text, Text], Meta(max_length=_MOST_SETTINGS)] = {}
    thresholds: Annotated[dict[Text, float], Meta(max_length=_MOST_SETTINGS)] = {}
    profiles: Annotated[dict[Text, Text], Meta(max_length=_MOST_SETTINGS)] = {}


_REFUSALS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError, OverflowError)


def decode_event(node: str, payload: bytes, received_ms: int) -> EventMessage:
    """Decodes a detection.

    Args:
        node: The node of the topic; its name in the payload must be the same.
        payload: The payload.
        received_ms: The time of its reception.

    Raises:
        UnreadableError: It is no detection of this node, or too large.
    """
    _refuse_large(payload, LARGEST_BYTES)
    try:
        message = decode_detection(payload)
        onset_ms = _time_ms(message.onset)
        offset_ms = None if message.offset is None else _time_ms(message.offset)
    except _REFUSALS as error:
        raise UnreadableError(str(error)) from error
    _refuse_foreign(node, message)
    common_name, scientific_name = message.common_name or None, message.scientific_name or None
    texts = (message.id, message.label, common_name, scientific_name, message.model.id)
    if any(text and len(text) > _LONGEST_TEXT for text in (*texts, message.clip)):
        raise UnreadableError(f"a text of more than {_LONGEST_TEXT} characters")
    if message.test:
        raise UnreadableError("a self-test among detections")
    return EventMessage(
        node=node,
        seq=message.seq,
        id=message.id,
        state=message.state,
        label=message.label,
        common_name=common_name,
        scientific_name=scientific_name,
        score=message.score,
        threshold=message.threshold,
        onset_ms=onset_ms,
        offset_ms=offset_ms,
        clock=message.clock,
        level_dbfs=message.level_dbfs,
        model=message.model.id,
        clip=message.clip,
        is_backfilled=message.backfilled,
        received_ms=received_ms,
    )


def decode_summary(node: str, payload: bytes) -> Summary:
    """Decodes a summary; arguments and exceptions are those of `decode_event`."""
    _refuse_large(payload, LARGEST_BYTES)
    try:
        fields = msgspec.json.decode(payload, type=dict[str, msgspec.Raw])
        known = {
            field.encode_name: fields[field.encode_name]
            for field in msgspec.structs.fields(SummaryMessage)
            if field.encode_name in fields
        }
        message = msgspec.json.decode(msgspec.json.encode(known), type=SummaryMessage)
        summary = Summary(node, message.seq, _time_ms(message.ends))
    except _REFUSALS as error:
        raise UnreadableError(str(error)) from error
    _refuse_foreign(node, message)
    return summary


def decode_status(payload: bytes) -> bool | None:
    """Returns whether a node is online; None for an empty payload, which removes the status.

    Raises:
        UnreadableError: It is no status.
    """
    if payload not in (ONLINE, OFFLINE, b""):
        raise UnreadableError("expected online or offline")
    return None if not payload else payload == ONLINE


def decode_health(payload: bytes) -> NodeHealth:
    """Decodes the health of a node.

    Raises:
        UnreadableError: It is no health.
    """
    return _decode(payload, NodeHealth)


def decode_settings(payload: bytes) -> NodeSettings:
    """Decodes the settings of a node.

    Raises:
        UnreadableError: They are no settings.
    """
    return _decode(payload, NodeSettings)


def decode_level(payload: bytes) -> float:
    """Returns a level in dBFS.

    Raises:
        UnreadableError: It is no level.
    """
    _refuse_large(payload, _LONGEST_TEXT)
    try:
        level_dbfs = float(payload)
    except ValueError as error:
        raise UnreadableError(str(error)) from error
    lowest, highest = _LEVELS_DBFS
    if not lowest <= level_dbfs <= highest:
        raise UnreadableError("a level beyond all levels")
    return level_dbfs


def _decode(payload: bytes, kind: type[Kind]) -> Kind:
    _refuse_large(payload, LARGEST_STATE_BYTES)
    try:
        return msgspec.json.decode(payload, type=kind)
    except _REFUSALS as error:
        raise UnreadableError(str(error)) from error


def _refuse_large(payload: bytes, largest: int) -> None:
    if len(payload) > largest:
        raise UnreadableError(f"{len(payload)} bytes, more than {largest}")


def _refuse_foreign(node: str, message: DetectionMessage | SummaryMessage) -> None:
    """Raises UnreadableError if a node publishes on the topic of another one."""
    stated = "/".join(filter(None, (message.node, message.source or None)))
    if stated != node:
        raise UnreadableError("the node is not that of the topic")
    if message.seq > _MOST_NUMBER:
        raise UnreadableError("a number that no node reaches")


def _time_ms(text: str) -> int:
    return to_ms(datetime.fromisoformat(text).astimezone(UTC))
