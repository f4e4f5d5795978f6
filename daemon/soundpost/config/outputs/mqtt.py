"""The table `[mqtt]`: the broker, the outbox, Home Assistant, and which sounds have a topic."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from soundpost.config.types import (
    Count,
    DeviceClass,
    Labels,
    Messages,
    Seconds,
    Section,
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


class BrokerConfig(Section, frozen=True):
    """The broker, as `mqtt://host:port` or `mqtts://host:port`, and the login."""

    broker: BrokerUrl = "mqtt://localhost:1883"
    prefix: TopicPart = "soundpost"
    client_id: ClientId | None = None
    username: UserName | None = None
    password_file: Text | None = None
    ca_file: Text | None = None
    cert_file: Text | None = None
    key_file: Text | None = None
    keepalive_seconds: Annotated[int, Meta(ge=5, le=3600)] = 30
    commands: bool = False

    def __post_init__(self) -> None:
        tls_files = self.ca_file or self.cert_file or self.key_file
        refuse_broken(
            {
                "key_file is set without cert_file": self.cert_file or not self.key_file,
                "password_file is set without username": self.username or not self.password_file,
                "ca_file, cert_file and key_file need a broker at mqtts://": (
                    self.broker.startswith("mqtts://") or not tls_files
                ),
            }
        )


class MqttConfig(BrokerConfig, frozen=True):
    """The broker and the login, the outbox, Home Assistant, and which sounds have a topic."""

    outbox: Text | None = None
    outbox_megabytes: Count = 512
    queue_messages: Messages = 10_000
    discovery: bool = False
    discovery_prefix: TopicPart = "homeassistant"
    home_assistant_version: HomeAssistantVersion | None = None
    device_classes: dict[str, DeviceClass] = msgspec.field(default_factory=dict)
    health_seconds: Annotated[float, Meta(ge=1.0, le=86_400.0)] = 30.0
    level_seconds: Seconds = 0.0
    sounds: Literal["groups", "chosen", "all"] | None = None
    chosen: Labels = msgspec.field(default_factory=list)
    live_view: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        refuse_broken(
            {
                "level_seconds is below 0.1, and not 0": not 0.0 < self.level_seconds < 0.1,  # noqa: PLR2004 - named in the rule beside it
                "live_view is requested by a command, and needs commands": (
                    self.commands or not self.live_view
                ),
            }
        )


def refuse_broken(rules: dict[str, object]) -> None:
    """Raises ValueError for the first rule that does not hold.

    Settings that would silently be weaker than their author believes are refused.

    Args:
        rules: By the text of its breach, a value that is true if the rule holds.
    """
    for rule, holds in rules.items():
        if not holds:
            raise ValueError(rule)
