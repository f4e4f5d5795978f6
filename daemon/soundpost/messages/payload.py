"""What goes over the wire, field for field: docs/PAYLOAD.md and docs/schema/ say the same."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from soundpost.events import State
from soundpost.health import Health, Problem
from soundpost.manifest import Manifest
from soundpost.system.clock import ClockState

ONLINE = b"online"
OFFLINE = b"offline"

Time = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$")]
Share = Annotated[float, Meta(ge=0.0, le=1.0)]


class _Wire(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A JSON object; its keys leave in the order of its fields."""


class ModelIdentity(_Wire, frozen=True, kw_only=True):
    """Which model decided: what the manifest says of it."""

    id: str
    version: str
    sha256: str

    @classmethod
    def of(cls, manifest: Manifest) -> "ModelIdentity":
        """The identity of the model that a manifest describes."""
        return cls(id=manifest.id, version=manifest.version, sha256=manifest.model.sha256)


class DetectionMessage(_Wire, frozen=True, kw_only=True):
    """One state of one event (schema 1), on `<prefix>/<node>/detections`.

    That of a self-test goes to `<prefix>/<node>/selftest` instead, and never to the former.

    Attributes:
        schema: Version of this shape.
        id: UUIDv7 of the event, the same in all its states; its time is the onset.
        seq: Number of the message at this node, from 1, growing by one.
        node: Who heard it.
        state: How far the telling of the event has come.
        label: What was heard, as the model's manifest spells it.
        score: Peak of the smoothed score so far, four decimals.
        threshold: The smoothed score that starts an event of this label, four decimals.
        onset: When the event began, RFC 3339 in UTC, whole milliseconds (cut, not rounded).
        offset: When it ended; None while it lasts.
        clock: Whether onset and offset can be believed.
        level_dbfs: RMS level of the event's loudest window so far, one decimal.
        model: What decided.
        clip: Name of the file that it is heard in; None unless it has ended and one was kept.
        backfilled: Whether it left the node late, because the broker was away.
        test: Whether nothing was heard but the known sound of a self-test.
    """

    schema: Literal[1] = 1
    id: str
    seq: Annotated[int, Meta(ge=1)]
    node: str
    state: State
    label: str
    score: Share
    threshold: Share
    onset: Time
    offset: Time | None
    clock: ClockState
    level_dbfs: float
    model: ModelIdentity
    clip: str | None = None
    backfilled: bool = False
    test: bool = False


class HealthMessage(_Wire, frozen=True, kw_only=True):
    """How the node fares (schema 1), retained on `<prefix>/<node>/health`.

    Attributes:
        schema: Version of this shape.
        node: Whose health it is.
        time: When it was told, RFC 3339 in UTC.
        clock: Whether `time` can be believed.
        version: Of the daemon.
        model: What classifies.
        heard_seconds: Seconds of sound captured since the start. It stands still when no sound
            arrives, which a clock would hide.
        problems: What is wrong with the microphone now.
        counters: Since the start, see `soundpost.health.Health`.
    """

    schema: Literal[1] = 1
    node: str
    time: Time
    clock: ClockState
    version: str
    model: ModelIdentity
    heard_seconds: Annotated[float, Meta(ge=0.0)]
    problems: list[Problem]
    counters: Health


def encode(message: DetectionMessage | HealthMessage) -> bytes:
    """A message as one line of JSON, UTF-8, keys in the order of the fields."""
    return msgspec.json.encode(message)


def encode_late(payload: bytes) -> bytes:
    """An encoded detection that says `backfilled`; nothing else in it changes.

    It may have been encoded by an earlier version, so only that one field is looked at.
    """
    fields = msgspec.json.decode(payload, type=dict[str, msgspec.Raw])
    return msgspec.json.encode(fields | {"backfilled": True})
