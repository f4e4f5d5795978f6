"""The node as subscribers and Home Assistant see it, and its retained topics."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from soundpost.config import MqttConfig
from soundpost.events import ANY
from soundpost.messages.payload import ModelIdentity
from soundpost.publish.home_assistant.announcer import DiscoveryAnnouncer
from soundpost.publish.home_assistant.device_classes import device_classes
from soundpost.publish.home_assistant.entities import DeviceAnnouncement
from soundpost.publish.retained.state_topics import sound_topics


@dataclass(frozen=True, slots=True)
class NodeDescription:
    """The node as subscribers and Home Assistant see it.

    Attributes:
        name: The name of the node, the second level of its topics.
        labels: The labels that are detected, published as `sound/<label>`.
        groups: The detected labels of each group, published as `group/<group>`.
        model: The model that classifies; without it nothing is announced to Home Assistant.
        device_classes: Home Assistant's classes of sounds that the model's manifest names.
        records_clips: True if the node can record clips.
    """

    name: str
    labels: Sequence[str] = ()
    model: ModelIdentity | None = None
    device_classes: Mapping[str, str] = field(default_factory=dict)
    records_clips: bool = False
    groups: Mapping[str, Collection[str]] = field(default_factory=dict)


def retained_topics(
    config: MqttConfig, node: NodeDescription, base: str, announcer: DiscoveryAnnouncer | None
) -> set[str]:
    """Returns the full topics on which the node publishes retained messages."""
    topics = sound_topics((*node.labels, ANY), node.groups) if node.labels else []
    sounds = {f"{base}/{topic}" for topic in topics}
    settings = {f"{base}/settings"} if config.commands else set()
    discovery = {announcer.topic} if announcer is not None else set()
    return {f"{base}/status", f"{base}/health"} | sounds | settings | discovery


def build_announcer(
    config: MqttConfig, node: NodeDescription, base: str
) -> DiscoveryAnnouncer | None:
    """Builds the announcer for Home Assistant; None without discovery or a model."""
    if not config.discovery or node.model is None:
        return None
    announcement = DeviceAnnouncement(
        base,
        node.labels,
        node.model,
        groups=tuple(node.groups),
        health_seconds=config.health_seconds,
        device_classes=device_classes(config, node.labels, node.device_classes),
        level_seconds=config.level_seconds,
        accepts_commands=config.commands,
        records_clips=node.records_clips,
    )
    return DiscoveryAnnouncer(config.discovery_prefix, node.name, announcement)
