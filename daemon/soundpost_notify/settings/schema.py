"""The tables of the configuration of the notifier."""

from typing import Annotated

import msgspec
from msgspec import Meta

from soundpost.config import Section
from soundpost.config.outputs.mqtt import refuse_broken
from soundpost.config.types import Labels, Text
from soundpost_notify.settings.rules import NodeRuleConfig, RuleConfig
from soundpost_notify.settings.targets import (
    AppriseConfig,
    EmailConfig,
    NtfyConfig,
    TargetConfig,
    WebhookConfig,
    WebUrl,
)
from soundpost_web.settings.schema import SubscriberConfig, ZoneName, refuse_unknown_zone

Degrees = Annotated[float, Meta(ge=-180.0, le=180.0)]
Latitude = Annotated[float, Meta(ge=-90.0, le=90.0)]


class NotifyConfig(Section, frozen=True):
    """The time zone, the place for times by the sun, and the page that messages link to."""

    zone: ZoneName | None = None
    latitude: Latitude | None = None
    longitude: Degrees | None = None
    page: WebUrl | None = None

    def __post_init__(self) -> None:
        refuse_broken(
            {
                "latitude and longitude go together": (
                    (self.latitude is None) == (self.longitude is None)
                ),
            }
        )
        if self.zone is not None:
            refuse_unknown_zone(self.zone)


class NotifyBrokerConfig(SubscriberConfig, frozen=True):
    """The broker, to which the notifier sends nothing."""

    def __post_init__(self) -> None:
        super().__post_init__()
        refuse_broken({"commands: the notifier sends none": not self.commands})


class QueueConfig(Section, frozen=True):
    """The queue of messages on the disk: its file, and its limits."""

    file: Text | None = None
    give_up_hours: Annotated[float, Meta(ge=0.01, le=720.0)] = 24.0
    history_days: Annotated[int, Meta(ge=1, le=3_650)] = 90


class NotifySettings(Section, frozen=True):
    """The whole configuration of the notifier."""

    notify: NotifyConfig = msgspec.field(default_factory=NotifyConfig)
    mqtt: NotifyBrokerConfig = msgspec.field(default_factory=NotifyBrokerConfig)
    queue: QueueConfig = msgspec.field(default_factory=QueueConfig)
    ntfy: dict[str, NtfyConfig] = msgspec.field(default_factory=dict)
    webhook: dict[str, WebhookConfig] = msgspec.field(default_factory=dict)
    email: dict[str, EmailConfig] = msgspec.field(default_factory=dict)
    apprise: dict[str, AppriseConfig] = msgspec.field(default_factory=dict)
    rules: list[RuleConfig] = msgspec.field(default_factory=list)
    nodes: list[NodeRuleConfig] = msgspec.field(default_factory=list)
    clips: dict[str, Text] = msgspec.field(default_factory=dict)
    zones: dict[str, ZoneName] = msgspec.field(default_factory=dict)
    groups: dict[str, Labels] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        for zone in self.zones.values():
            refuse_unknown_zone(zone)

    @property
    def targets(self) -> dict[str, TargetConfig]:
        """The targets of all kinds by their names."""
        return {**self.ntfy, **self.webhook, **self.email, **self.apprise}
