"""The node as subscribers and Home Assistant see it, and its retained topics."""

from collections.abc import Collection, Mapping, Sequence

import msgspec

from soundpost.acoustics.reference import LevelReference
from soundpost.config import MqttConfig
from soundpost.events import ANY
from soundpost.health import Health
from soundpost.messages import ModelIdentity, NodeName
from soundpost.publish.home_assistant.announcer import DiscoveryAnnouncer
from soundpost.publish.home_assistant.device_classes import device_classes
from soundpost.publish.home_assistant.entities import DeviceAnnouncement
from soundpost.publish.node.sounds import SoundTopics, select_sound_topics
from soundpost.publish.node.topics import announcement_topic, node_topic
from soundpost.publish.retained.state_topics import ACOUSTICS, sound_topics


class NodeDescription(msgspec.Struct, frozen=True):
    """The node as subscribers and Home Assistant see it.

    Attributes:
        name: The name of the node, the second level of its topics.
        labels: The labels that are detected; those of `sound_topics` are published as
            `sound/<label>`.
        groups: The detected labels of each group, published as `group/<group>`.
        model: The model that classifies; without it nothing is announced to Home Assistant.
        device_classes: Home Assistant's classes of sounds that the model's manifest names.
        records_clips: True if the node can record clips.
        source: The name of the source, the third level of its topics; None if the node has one
            source, without a name.
        common_names: The names that people use, by label; labels without one are left out.
        chosen: The labels that the configuration names.
        other_models: The models that classify besides `model`.
        acoustics: The reference of the levels of each minute; None if these are not published.
        gone_sources: Sources of earlier configurations, whose topics no process serves any more.
    """

    name: str
    labels: Sequence[str] = ()
    model: ModelIdentity | None = None
    device_classes: Mapping[str, str] = msgspec.field(default_factory=dict)
    records_clips: bool = False
    groups: Mapping[str, Collection[str]] = msgspec.field(default_factory=dict)
    source: str | None = None
    common_names: Mapping[str, str] = msgspec.field(default_factory=dict)
    chosen: Collection[str] = frozenset()
    other_models: Sequence[ModelIdentity] = ()
    gone_sources: Sequence[str] = ()
    acoustics: LevelReference | None = None

    @property
    def node_name(self) -> NodeName:
        """The name of the node, and of the source if there are several."""
        return NodeName(self.name, self.source)

    def base(self, prefix: str) -> str:
        """Returns the base topic: `<prefix>/<node>`, or `<prefix>/<node>/<source>`."""
        return node_topic(prefix, self.node_name)

    def sound_topics(self, config: MqttConfig) -> SoundTopics:
        """Returns the sounds that have a topic of their own.

        Raises:
            ConfigError: `mqtt.sounds` names more labels than fit.
        """
        return select_sound_topics(config, self.labels, self.groups, self.chosen)

    def topics_of_gone_sources(self, config: MqttConfig) -> set[str]:
        """Returns the full topics that a source which is gone leaves at the broker for good.

        These are its status, `offline`, and its announcement; all others expire.
        """
        names = [NodeName(self.name, source) for source in self.gone_sources]
        topics = {f"{node_topic(config.prefix, name)}/status" for name in names}
        if config.discovery:
            topics |= {announcement_topic(config.discovery_prefix, name) for name in names}
        return topics


def retained_topics(
    config: MqttConfig, node: NodeDescription, announcer: DiscoveryAnnouncer | None
) -> set[str]:
    """Returns the full topics on which the node publishes retained messages.

    These are at most 200, and one more if acoustic figures are published.

    Raises:
        ConfigError: `mqtt.sounds` names more labels than fit.
    """
    base, own = node.base(config.prefix), node.sound_topics(config)
    topics = sound_topics((*own.labels, ANY), own.groups) if node.labels else []
    sounds = {f"{base}/{topic}" for topic in topics}
    settings = {f"{base}/settings"} if config.commands else set()
    discovery = {announcer.topic} if announcer is not None else set()
    acoustics = {f"{base}/{ACOUSTICS}"} if node.acoustics is not None else set()
    return {f"{base}/status", f"{base}/health"} | sounds | settings | discovery | acoustics


def build_announcer(
    config: MqttConfig, node: NodeDescription, health: Health
) -> DiscoveryAnnouncer | None:
    """Builds the announcer for Home Assistant; None without discovery or a model."""
    if not config.discovery or node.model is None:
        return None
    sounds = node.sound_topics(config)
    labels = (*sounds.labels, *(label for label in node.labels if label == ANY))
    announcement = DeviceAnnouncement(
        node.base(config.prefix),
        labels,
        node.model,
        groups=sounds.groups,
        health_seconds=config.health_seconds,
        device_classes=device_classes(config, labels, node.device_classes),
        level_seconds=config.level_seconds,
        minute_levels=node.acoustics.reference if node.acoustics else None,
        accepts_commands=config.commands,
        records_clips=node.records_clips,
        common_names=node.common_names,
        has_other_sounds=len(sounds.labels) < sounds.label_count,
        other_models=node.other_models,
    )
    topic = announcement_topic(config.discovery_prefix, node.node_name)
    return DiscoveryAnnouncer(config.discovery_prefix, topic, announcement, health)
