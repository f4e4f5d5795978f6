"""The messages on the wire, field for field as in docs/PAYLOAD.md and docs/schema/."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from soundpost.events import State
from soundpost.health import Health, Problem
from soundpost.manifest import Manifest
from soundpost.system.clock import ClockState

ONLINE = b"online"
OFFLINE = b"offline"

Time = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$")]
Share = Annotated[float, Meta(ge=0.0, le=1.0)]


class Wire(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A JSON object with its keys in the order of the fields."""


class ModelIdentity(Wire, frozen=True, kw_only=True):
    """The identity of a model, from its manifest."""

    id: str
    version: str
    sha256: str

    @classmethod
    def of(cls, manifest: Manifest) -> "ModelIdentity":
        """Returns the identity of the model that a manifest describes."""
        return cls(id=manifest.id, version=manifest.version, sha256=manifest.model.sha256)


class HeadIdentity(Wire, frozen=True, kw_only=True):
    """The identity of a head: its id, and the number of its version on the node."""

    id: str
    version: int


class HeadReport(Wire, frozen=True, kw_only=True):
    """The state of a head.

    Attributes:
        label: The label that it scores.
        head: Its identity; None if it cannot be read.
        problem: The reason for which it is not run, with the remedy; None if it is.
    """

    label: str
    head: HeadIdentity | None
    problem: str | None


class DetectionMessage(Wire, frozen=True, kw_only=True):
    """One state of one event (schema 1), on `<prefix>/<node>/detections`.

    A detection of a self-test goes to `<prefix>/<node>/selftest` instead.

    Attributes:
        schema: The version of this schema.
        id: UUIDv7 of the event, the same in all its states; its time is the onset.
        seq: The number of the message at this node, from 1, growing by one.
        node: The name of the node.
        source: The name of the source, if the node has several.
        state: The state of the event.
        label: The label of the sound, as the model's manifest spells it.
        common_name: The name that people use, if the manifest has one. It and the next are left
            out of the JSON object otherwise, as is `source`.
        scientific_name: The name of the species in Latin, if the manifest has one.
        score: The peak of the smoothed score so far, four decimals.
        threshold: The smoothed score that starts an event of this label, four decimals.
        onset: The start of the event, RFC 3339 in UTC, whole milliseconds (cut, not rounded).
        offset: The end of the event; None while it lasts.
        clock: The state of the clock: whether onset and offset are reliable.
        level_dbfs: The RMS level of the event's loudest window so far, dBFS, one decimal.
        model: The model that classified it.
        head: The head that scored it, of a label that was taught on the node; left out otherwise.
        clip: The file name of its clip; None unless the event has ended and a clip was stored.
        backfilled: True if it was sent late, because the broker was away.
        test: True if it is the known sound of a self-test.
    """

    schema: Literal[1] = 1
    id: str
    seq: Annotated[int, Meta(ge=1)]
    node: str
    source: str | UnsetType = UNSET
    state: State
    label: str
    common_name: str | UnsetType = UNSET
    scientific_name: str | UnsetType = UNSET
    score: Share
    threshold: Share
    onset: Time
    offset: Time | None
    clock: ClockState
    level_dbfs: float
    model: ModelIdentity
    head: HeadIdentity | UnsetType = UNSET
    clip: str | None = None
    backfilled: bool = False
    test: bool = False


class HealthMessage(Wire, frozen=True, kw_only=True):
    """The health of a node (schema 1), retained on `<prefix>/<node>/health`.

    Attributes:
        schema: The version of this schema.
        node: The name of the node.
        source: The name of the source, if the node has several; left out otherwise.
        time: The time of the message, RFC 3339 in UTC.
        clock: The state of the clock: whether `time` is reliable.
        version: The version of the daemon.
        model: The model that classifies; the first of several.
        heard_seconds: Seconds of sound captured since the start. It stands still when no sound
            arrives, which a clock would hide.
        problems: The microphone problems at this time.
        queue_seconds: Captured sound that waits for the pipeline.
        cpu_percent: The processor time of the process and its children since the last report, in
            percent of one processor, one decimal.
        rss_bytes: The resident memory of the process and its children.
        counters: Counts since the start, see `soundpost.health.Health`.
        models: All models, if several classify; else it is left out of the JSON object.
        heads: All heads, if any are installed; else it is left out of the JSON object.
    """

    schema: Literal[1] = 1
    node: str
    source: str | UnsetType = UNSET
    time: Time
    clock: ClockState
    version: str
    model: ModelIdentity
    heard_seconds: Annotated[float, Meta(ge=0.0)]
    problems: list[Problem]
    queue_seconds: Annotated[float, Meta(ge=0.0)]
    cpu_percent: Annotated[float, Meta(ge=0.0)]
    rss_bytes: Annotated[int, Meta(ge=0)]
    counters: Health
    models: list[ModelIdentity] | msgspec.UnsetType = msgspec.UNSET
    heads: list[HeadReport] | msgspec.UnsetType = msgspec.UNSET


def encode(message: Wire) -> bytes:
    """Returns a message as one line of JSON, UTF-8, keys in the order of the fields."""
    return msgspec.json.encode(message)


def encode_late(payload: bytes) -> bytes:
    """Marks an encoded detection or summary as `backfilled`; nothing else in it changes.

    It may have been encoded by an earlier version, so no other field is decoded.
    """
    fields = msgspec.json.decode(payload, type=dict[str, msgspec.Raw])
    return msgspec.json.encode(fields | {"backfilled": True})


def decode_detection(payload: bytes) -> DetectionMessage:
    """Decodes a detection that an earlier or a later version may have encoded.

    Fields that this version does not know are left out.

    Raises:
        msgspec.DecodeError, UnicodeDecodeError: It is not a detection.
    """
    fields = msgspec.json.decode(payload, type=dict[str, msgspec.Raw])
    known = {key: fields[key] for key in DetectionMessage.__struct_fields__ if key in fields}
    return msgspec.json.decode(msgspec.json.encode(known), type=DetectionMessage)
