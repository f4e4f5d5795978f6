"""The tables of the configuration file: their keys, types, bounds and defaults."""

import re
import socket
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from soundpost.config.decide import DecideConfig
from soundpost.config.heads import HeadsConfig
from soundpost.config.models import MOST_MODELS, ClassifyConfig, ModelConfig
from soundpost.config.outputs.acoustics import AcousticsConfig
from soundpost.config.outputs.metrics import MetricsConfig
from soundpost.config.outputs.mqtt import MqttConfig
from soundpost.config.place import Place
from soundpost.config.sources.capture import CaptureConfig
from soundpost.config.sources.gate import GateConfig
from soundpost.config.sources.table import SourceConfig, refuse_ambiguous
from soundpost.config.types import (
    TOPICS_OF_A_NODE,
    Count,
    RollSeconds,
    Section,
    Text,
    TopicPart,
)


def _host_name() -> str:
    """Returns the machine's short name, with the characters replaced that a topic cannot have."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", socket.gethostname().split(".")[0])[:64] or "soundpost"


class NodeConfig(Section, frozen=True):
    """The name of the node, by default the machine's, and its place."""

    name: TopicPart = msgspec.field(default_factory=_host_name)
    source: TopicPart | None = None
    latitude: Annotated[float, Meta(ge=-90.0, le=90.0)] | None = None
    longitude: Annotated[float, Meta(ge=-180.0, le=180.0)] | None = None
    timezone: Text | None = None

    def __post_init__(self) -> None:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("latitude and longitude are set both or not at all")
        if self.source in TOPICS_OF_A_NODE:
            raise ValueError(f"source is {self.source!r}, which is a topic of the node itself")

    @property
    def place(self) -> Place | None:
        """The place, None if it is not set."""
        if self.latitude is None or self.longitude is None:
            return None
        return Place(self.latitude, self.longitude)


class EvidenceConfig(Section, frozen=True):
    """The clips of events; without a folder none are written."""

    folder: Text | None = None
    pre_roll_seconds: RollSeconds = 1.0
    post_roll_seconds: RollSeconds = 0.5
    clip_seconds: Annotated[float, Meta(ge=1.0, le=120.0)] = 15.0
    privacy: Literal["off", "mute-speech", "no-speech-clips"] = "off"
    keep_days: Annotated[float, Meta(gt=0.0, le=36_500.0)] = 30.0
    budget_megabytes: Count = 1_000
    keep_free_megabytes: Annotated[int, Meta(ge=0, le=1_000_000)] = 200
    send_clips: bool = False

    def __post_init__(self) -> None:
        if self.send_clips and self.folder is None:
            raise ValueError("send_clips is set without folder: there are no clips to send")
        if self.pre_roll_seconds + self.post_roll_seconds >= self.clip_seconds:
            raise ValueError("pre_roll_seconds and post_roll_seconds leave nothing of clip_seconds")


class Config(Section, frozen=True):
    """The configuration file."""

    node: NodeConfig = msgspec.field(default_factory=NodeConfig)
    capture: CaptureConfig = CaptureConfig()
    sources: list[SourceConfig] = msgspec.field(default_factory=list)
    gate: GateConfig = GateConfig()
    classify: ClassifyConfig = ClassifyConfig()
    decide: DecideConfig = DecideConfig()
    models: list[ModelConfig] = msgspec.field(default_factory=list)
    heads: HeadsConfig = HeadsConfig()
    evidence: EvidenceConfig = EvidenceConfig()
    mqtt: MqttConfig = MqttConfig()
    metrics: MetricsConfig = MetricsConfig()
    acoustics: AcousticsConfig = AcousticsConfig()

    def __post_init__(self) -> None:
        refuse_ambiguous(self.sources)
        if len(self.models) > MOST_MODELS:
            raise ValueError(f"expected at most {MOST_MODELS} tables [[models]]")
        if self.evidence.send_clips and not self.mqtt.commands:
            raise ValueError("evidence.send_clips is set without mqtt.commands")
        if sum(model.decide.any for model in self.models) > 1:
            raise ValueError("decide.any is true in two tables [[models]]: `any` is of the source")

    @property
    def all_models(self) -> tuple[ModelConfig, ...]:
        """The models of the source; `[classify]` and `[decide]` are the short form of one."""
        classify = self.classify
        return tuple(self.models) or (
            ModelConfig(bundle=classify.bundle, threads=classify.threads, decide=self.decide),
        )
