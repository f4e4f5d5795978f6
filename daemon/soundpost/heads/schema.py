"""The description of a head: schema 1 of `head.json`."""

from typing import Annotated, Literal

from msgspec import Meta

from soundpost.events import ANY, UNKNOWN
from soundpost.manifest import Artifact, BundleId, Label, Metric, Version
from soundpost.manifest.types import Sha256, Strict

HEAD_FILE = "head.json"
WEIGHTS_FILE = "head.npz"
HEAD_CARD_FILE = "HEAD_CARD.md"

LARGEST_HEAD_BYTES = 64_000
"""Of the description and the weights together; one on 704 values takes 22 kB."""

Count = Annotated[int, Meta(ge=0, le=100_000_000)]
Seconds = Annotated[float, Meta(ge=0.0, le=1e9)]
HeadVersion = Annotated[int, Meta(ge=1, le=999_999)]
Text = Annotated[str, Meta(max_length=2_000)]
Time = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15}Z\Z")]


class Backbone(Strict, frozen=True):
    """The model whose embedding a head takes.

    Attributes:
        id: Of its bundle.
        version: Of its bundle.
        sha256: Of its model file: the head runs on no other one.
    """

    id: BundleId
    version: Version
    sha256: Sha256


class EmbeddingInput(Strict, frozen=True):
    """The embedding that a head takes.

    Attributes:
        definition: Its name, as `Classifier.embedding_definition` has it.
        size: Its values.
    """

    definition: Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,64}\Z")]
    size: Annotated[int, Meta(ge=1, le=8_192)]


class Teaching(Strict, frozen=True, omit_defaults=True):
    """The sounds that a head was taught on, and the terms of their use.

    Attributes:
        taught: Time, UTC.
        recordings: Recordings of the label.
        windows: Windows of them, with those that were made harder.
        other_recordings: Recordings of other sounds.
        other_windows: Windows of them.
        background_seconds: Background of the node.
        command: The command line.
        daemon: The version of Soundpost that taught it.
        notes: Warnings and reasons, each a sentence.
    """

    taught: Time
    recordings: Count
    windows: Count
    other_recordings: Count
    other_windows: Count
    background_seconds: Seconds
    command: Text
    daemon: Version
    notes: Annotated[tuple[Text, ...], Meta(max_length=100)] = ()


class HeadFacts(Strict, frozen=True):
    """The description of a head, less what storing it adds.

    Attributes:
        id: Of the head, such as `north-gate-doorbell`.
        minimum_daemon: The first daemon that runs it.
        backbone: The model that it runs on.
        embedding: Its input.
        label: Its label, with thresholds, and the budget of false events (`false_events_per_hour`).
        metrics: Measured figures.
        teaching: The origin of its weights.
        licence: The terms of its use.
    """

    id: BundleId
    minimum_daemon: Version
    backbone: Backbone
    embedding: EmbeddingInput
    label: Label
    metrics: Annotated[list[Metric], Meta(max_length=200)]
    teaching: Teaching
    licence: Text

    def __post_init__(self) -> None:
        if self.label.name in {ANY, UNKNOWN}:
            raise ValueError(f"no head may have the label {self.label.name}, which is reserved")
        if self.label.off_threshold > self.label.on_threshold:
            raise ValueError("the off_threshold is above the on_threshold")
        if self.label.group == self.label.name:
            raise ValueError("the group has the name of the label")


class HeadDescription(HeadFacts, frozen=True):
    """The description of a stored head, `head.json`.

    Attributes:
        schema: Of this file.
        version: Counts the heads of the label on this node, from 1.
        weights: The file `head.npz`.
    """

    schema: Literal[1]
    version: HeadVersion
    weights: Artifact
