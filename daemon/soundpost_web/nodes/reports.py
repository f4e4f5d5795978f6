"""The states of a node on the wire: status, health, level and settings of any version."""

from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from soundpost.messages.payload import OFFLINE, ONLINE
from soundpost_web.nodes.limits import REFUSALS, Text, UnreadableError, refuse_large

LARGEST_BYTES = 65_536
"""Of health and settings."""
_LARGEST_LEVEL_BYTES = 32
_MOST_PROBLEMS = 20
_MOST_SETTINGS = 200
"""As docs/PAYLOAD.md has it."""
_LONGEST_MESSAGE = 2_000
_LEVELS_DBFS = (-200.0, 20.0)

Kind = TypeVar("Kind")


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


class Sound(_Lenient, frozen=True):
    """A sound that a taught label is mistaken for."""

    name: Text = ""
    score: float = 0.0
    time: Text | None = None


class UnusedClip(_Lenient, frozen=True):
    """A clip that was not used, and the reason."""

    clip: Text = ""
    reason: Annotated[str, Meta(max_length=_LONGEST_MESSAGE)] = ""


class TeachFigures(_Lenient, frozen=True):
    """The figures of a label that was taught or refused, as docs/PAYLOAD.md has them."""

    label: Text
    version: int | None
    recordings: int
    detected: int
    budget: float
    negative_hours: float = 0.0
    background_hours: float = 0.0
    false_events_per_hour: float | None = None
    missed: Annotated[list[Text], Meta(max_length=_MOST_PROBLEMS)] = []
    false_events: Annotated[list[Sound], Meta(max_length=_MOST_PROBLEMS)] = []
    unused: Annotated[list[UnusedClip], Meta(max_length=_MOST_PROBLEMS)] = []


class NodeResult(_Lenient, frozen=True):
    """The result of a command, as docs/PAYLOAD.md has it."""

    id: Text | None
    command: Text
    status: Text
    message: Annotated[str, Meta(max_length=_LONGEST_MESSAGE)]
    hint: Annotated[str, Meta(max_length=_LONGEST_MESSAGE)] = ""
    at: Text = ""
    clip: Text | None = None
    teach: TeachFigures | None = None


class NodeSettings(_Lenient, frozen=True):
    """The settings of a node that commands can change, as docs/PAYLOAD.md has them."""

    muted: Annotated[dict[Text, Text], Meta(max_length=_MOST_SETTINGS)] = {}
    thresholds: Annotated[dict[Text, float], Meta(max_length=_MOST_SETTINGS)] = {}
    profiles: Annotated[dict[Text, Text], Meta(max_length=_MOST_SETTINGS)] = {}
    profile_names: Annotated[list[Text], Meta(max_length=_MOST_SETTINGS)] = []
    live_view: bool = False


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


def decode_result(payload: bytes) -> NodeResult:
    """Decodes the result of a command.

    Raises:
        UnreadableError: It is no result.
    """
    return _decode(payload, NodeResult)


def decode_level(payload: bytes) -> float:
    """Returns a level in dBFS.

    Raises:
        UnreadableError: It is no level.
    """
    refuse_large(payload, _LARGEST_LEVEL_BYTES)
    try:
        level_dbfs = float(payload)
    except ValueError as error:
        raise UnreadableError(str(error)) from error
    lowest, highest = _LEVELS_DBFS
    if not lowest <= level_dbfs <= highest:
        raise UnreadableError("a level beyond all levels")
    return level_dbfs


def _decode(payload: bytes, kind: type[Kind]) -> Kind:
    refuse_large(payload, LARGEST_BYTES)
    try:
        return msgspec.json.decode(payload, type=kind)
    except REFUSALS as error:
        raise UnreadableError(str(error)) from error
