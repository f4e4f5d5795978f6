"""The message on the wire about a label that goes on all the time, as in docs/PAYLOAD.md."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from soundpost.events import SummaryState
from soundpost.messages.payload import ModelIdentity, Share, Time, Wire
from soundpost.system.clock import ClockState


class SummaryMessage(Wire, frozen=True, kw_only=True):
    """The sum of the events of a label that goes on all the time (schema 1).

    It is published on `<prefix>/<node>/summaries`.

    Attributes:
        schema: The version of this schema.
        seq: The number of the message at this node; detections and summaries share the numbers.
        node: The name of the node.
        source: The name of the source, if the node has several.
        state: The state of the label at the end of the period.
        label: The label, as the model's manifest spells it.
        common_name: The name that people use, if the manifest has one. It and the next are left
            out of the JSON object otherwise, as is `source`.
        scientific_name: The name of the species in Latin, if the manifest has one.
        since: The time at which it was found to go on all the time, the same in all its summaries.
        begins: The start of the period, `from` on the wire, RFC 3339 in UTC.
        ends: The end of the period, `to` on the wire.
        clock: The state of the clock: whether the times are reliable.
        events: Events that were confirmed in the period, and not published one by one.
        seconds: How long events sounded in the period, three decimals.
        score: The highest peak of the events that sounded in it, four decimals; 0 without any.
        model: The model that classified them.
        backfilled: True if it was sent late, because the broker was away.
    """

    schema: Literal[1] = 1
    seq: Annotated[int, Meta(ge=1)]
    node: str
    source: str | UnsetType = UNSET
    state: SummaryState
    label: str
    common_name: str | UnsetType = UNSET
    scientific_name: str | UnsetType = UNSET
    since: Time
    begins: Time = msgspec.field(name="from")
    ends: Time = msgspec.field(name="to")
    clock: ClockState
    events: Annotated[int, Meta(ge=0)]
    seconds: Annotated[float, Meta(ge=0.0)]
    score: Share
    model: ModelIdentity
    backfilled: bool = False


class _Kind(msgspec.Struct, frozen=True):
    """The field that summaries have, and detections do not."""

    since: str | None = None


def is_summary(payload: bytes) -> bool:
    """Returns whether an encoded message is a summary; it may be of another version."""
    try:
        return msgspec.json.decode(payload, type=_Kind).since is not None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
