"""The tables of the configuration file: their keys, types, bounds and defaults."""

import re
import socket
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from soundpost.config.capture import CaptureConfig
from soundpost.config.decide import DecideConfig
from soundpost.config.metrics import MetricsConfig
from soundpost.config.types import (
    Count,
    Decibels,
    DeviceClass,
    Messages,
    RollSeconds,
    Seconds,
    Section,
    SomeSeconds,
    Text,
    TopicPart,
)

# Patterns end in \Z, because $ would accept a line break.
BrokerUrl = Annotated[
    str,
    Meta(
        pattern=r"^mqtts?://([^\s/@:\[\]?#]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?/?\Z",
        description="mqtt://host:port or mqtts://host:port, without the user (mqtt.username)",
    ),
]
ClientId = Annotated[
    str,
    Meta(
        pattern=r"^[!-~]{1,128}\Z",
        description="1 to 128 ASCII characters without blanks",
    ),
]
HomeAssistantVersion = Annotated[
    str,
    Meta(
        pattern=r"^20[0-9]{2}\.(1[0-2]|[1-9])(\.[0-9]{1,3})?\Z",
        description="a version of Home Assistant, such as 2026.11",
    ),
]
UserName = Annotated[
    str,
    Meta(
        # MQTT 5 forbids the zero byte, and counts the length in 16 bits (1.5.4).
        pattern=r"^[^\x00-\x1f\x7f]{1,1000}\Z",
        description="1 to 1,000 characters without control characters",
    ),
]


def _host_name() -> str:
    """Returns the machine's short name, with the characters replaced that a topic cannot have."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", socket.gethostname().split(".")[0])[:64] or "soundpost"


class NodeConfig(Section, frozen=True):
    """The name of the node, by default the machine's, and its place."""

    name: TopicPart = msgspec.field(default_factory=_host_name)
    latitude: Annotated[float, Meta(ge=-90.0, le=90.0)] | None = None
    longitude: Annotated[float, Meta(ge=-180.0, le=180.0)] | None = None
    timezone: Text | None = None

    def __post_init__(self) -> None:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("latitude and longitude are set both or not at all")


class GateConfig(Section, frozen=True):
    """The gate in front of the classifier; `always` passes every chunk."""

    open_on: Literal["always", "level", "voice", "level_or_voice", "level_and_voice"] = "always"
    level_over_floor_db: Decibels = 10.0
    floor_seconds: SomeSeconds = 30.0
    voice_strictness: Annotated[int, Meta(ge=0, le=3)] = 2
    pre_roll_seconds: RollSeconds = 1.0
    hangover_seconds: Seconds = 2.0


class ClassifyConfig(Section, frozen=True):
    """The model: the folder of a bundle, or the name of one that came with soundpost."""

    bundle: Text = "everyday"
    threads: Annotated[int, Meta(ge=1, le=64)] = 1


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

    def __post_init__(self) -> None:
        if self.pre_roll_seconds + self.post_roll_seconds >= self.clip_seconds:
            raise ValueError("pre_roll_seconds and post_roll_seconds leave nothing of clip_seconds")


class MqttConfig(Section, frozen=True):
    """The broker, as `mqtt://host:port` or `mqtts://host:port`, and the login."""

    broker: BrokerUrl = "mqtt://localhost:1883"
    prefix: TopicPart = "soundpost"
    client_id: ClientId | None = None
    username: UserName | None = None
    password_file: Text | None = None
    ca_file: Text | None = None
    cert_file: Text | None = None
    key_file: Text | None = None
    outbox: Text | None = None
    outbox_megabytes: Count = 512
    queue_messages: Messages = 10_000
    discovery: bool = False
    discovery_prefix: TopicPart = "homeassistant"
    home_assistant_version: HomeAssistantVersion | None = None
    device_classes: dict[str, DeviceClass] = msgspec.field(default_factory=dict)
    keepalive_seconds: Annotated[int, Meta(ge=5, le=3600)] = 30
    health_seconds: Annotated[float, Meta(ge=1.0, le=86_400.0)] = 30.0
    level_seconds: Seconds = 0.0
    commands: bool = False

    def __post_init__(self) -> None:
        # Settings that would silently be weaker than their author believes are refused.
        tls_files = self.ca_file or self.cert_file or self.key_file
        rules = {
            "key_file is set without cert_file": self.cert_file or not self.key_file,
            "password_file is set without username": self.username or not self.password_file,
            "level_seconds is below 0.1, and not 0": not 0.0 < self.level_seconds < 0.1,  # noqa: PLR2004 - named in the rule beside it
            "ca_file, cert_file and key_file need a broker at mqtts://": (
                self.broker.startswith("mqtts://") or not tls_files
            ),
        }
        for rule, holds in rules.items():
            if not holds:
                raise ValueError(rule)


class Config(Section, frozen=True):
    """The configuration file."""

    node: NodeConfig = msgspec.field(default_factory=NodeConfig)
    capture: CaptureConfig = CaptureConfig()
    gate: GateConfig = GateConfig()
    classify: ClassifyConfig = ClassifyConfig()
    decide: DecideConfig = DecideConfig()
    evidence: EvidenceConfig = EvidenceConfig()
    mqtt: MqttConfig = MqttConfig()
    metrics: MetricsConfig = MetricsConfig()
