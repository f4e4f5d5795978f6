"""Describes the node to subscribers, from the configuration and the bundle's manifest."""

from soundpost.config import Config
from soundpost.decide import build_label_names, chosen_labels
from soundpost.decide.rules.reserved_labels import RESERVED_LABELS
from soundpost.manifest import Manifest, common_names
from soundpost.messages import ModelIdentity
from soundpost.publish.home_assistant.device_classes import check_device_classes
from soundpost.publish.publisher import NodeDescription


def describe_node(config: Config, manifest: Manifest, labels: list[str]) -> NodeDescription:
    """Returns the node as subscribers see it.

    Raises:
        ConfigError: The `[mqtt]` table names a label that cannot be detected.
    """
    check_device_classes(config.mqtt, (*manifest.label_names, *RESERVED_LABELS))
    label_names = build_label_names(manifest.labels, config.decide)
    return NodeDescription(
        config.node.name,
        labels,
        ModelIdentity.of(manifest),
        {label.name: label.device_class for label in manifest.labels if label.device_class},
        records_clips=config.evidence.folder is not None,
        groups=label_names.groups_with(labels),
        source=config.node.source,
        common_names=common_names(manifest.labels),
        chosen=chosen_labels(config, label_names),
    )
