"""Decodes detections and summaries of nodes of any version, within limits."""

from datetime import UTC, datetime

import msgspec

from soundpost.messages.payload import DetectionMessage, decode_detection
from soundpost.messages.summary import SummaryMessage
from soundpost_web.history.message import EventMessage, Summary
from soundpost_web.nodes.limits import (
    LONGEST_TEXT,
    MOST_NUMBER,
    REFUSALS,
    UnreadableError,
    refuse_large,
)
from soundpost_web.settings.zones import to_ms

LARGEST_BYTES = 16_384
"""Of a detection or a summary, which have some 700."""


def decode_event(
    node: str, payload: bytes, received_ms: int, *, is_test: bool = False
) -> EventMessage:
    """Decodes a detection.

    Args:
        node: The node of the topic; its name in the payload must be the same.
        payload: The payload.
        received_ms: The time of its reception.
        is_test: True for the topic of self-tests.

    Raises:
        UnreadableError: It is no detection of this node, or too large.
    """
    refuse_large(payload, LARGEST_BYTES)
    try:
        message = decode_detection(payload)
        onset_ms = _time_ms(message.onset)
        offset_ms = None if message.offset is None else _time_ms(message.offset)
    except REFUSALS as error:
        raise UnreadableError(str(error)) from error
    _refuse_foreign(node, message)
    common_name, scientific_name = message.common_name or None, message.scientific_name or None
    texts = (message.id, message.label, common_name, scientific_name, message.model.id)
    if any(text and len(text) > LONGEST_TEXT for text in (*texts, message.clip)):
        raise UnreadableError(f"a text of more than {LONGEST_TEXT} characters")
    if message.test is not is_test:
        raise UnreadableError("a self-test among detections, or the reverse")
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
    refuse_large(payload, LARGEST_BYTES)
    try:
        fields = msgspec.json.decode(payload, type=dict[str, msgspec.Raw])
        known = {
            field.encode_name: fields[field.encode_name]
            for field in msgspec.structs.fields(SummaryMessage)
            if field.encode_name in fields
        }
        message = msgspec.json.decode(msgspec.json.encode(known), type=SummaryMessage)
        summary = Summary(node, message.seq, _time_ms(message.ends))
    except REFUSALS as error:
        raise UnreadableError(str(error)) from error
    _refuse_foreign(node, message)
    return summary


def _refuse_foreign(node: str, message: DetectionMessage | SummaryMessage) -> None:
    """Raises UnreadableError if a node publishes on the topic of another one."""
    stated = "/".join(filter(None, (message.node, message.source or None)))
    if stated != node:
        raise UnreadableError("the node is not that of the topic")
    if message.seq > MOST_NUMBER:
        raise UnreadableError("a number that no node reaches")


def _time_ms(text: str) -> int:
    return to_ms(datetime.fromisoformat(text).astimezone(UTC))
