"""Describes the node to subscribers, from the configuration and the manifests of its models."""

from collections.abc import Collection, Sequence

from soundpost.acoustics.reference import LevelReference
from soundpost.config import Config
from soundpost.decide import LabelNames, chosen_labels, names_of_models
from soundpost.decide.rules.reserved_labels import RESERVED_LABELS
from soundpost.manifest import Manifest, common_names
from soundpost.messages import ModelIdentity
from soundpost.publish.home_assistant.device_classes import check_device_classes
from soundpost.publish.publisher import NodeDescription


def describe_node(
    config: Config,
    manifests: Sequence[Manifest],
    labels: list[str],
    gone_sources: Sequence[str] = (),
    taught: Collection[str] = (),
) -> NodeDescription:
    """Returns the node as subscribers see it.

    Args:
        config: The configuration.
        manifests: Of the models, in the order of the configuration.
        labels: The labels that are detected.
        gone_sources: Sources of earlier configurations.
        taught: The labels of heads, which have topics of their own whatever else is chosen.

    Raises:
        ConfigError: The `[mqtt]` table names a label that cannot be detected.
    """
    # What the first model that has a label says of it holds.
    known = list({label.name: label for each in manifests[::-1] for label in each.labels}.values())
    check_device_classes(config.mqtt, (*(label.name for label in known), *RESERVED_LABELS))
    label_names = LabelNames.union(names_of_models(config, manifests))
    model, *other_models = [ModelIdentity.of(manifest) for manifest in manifests]
    return NodeDescription(
        config.node.name,
        labels,
        model,
        {label.name: label.device_class for label in known if label.device_class},
        records_clips=config.evidence.folder is not None,
        groups=label_names.groups_with(labels),
        source=config.node.source,
        common_names=common_names(known),
        chosen=chosen_labels(config, label_names).union(taught),
        other_models=other_models,
        gone_sources=gone_sources,
        acoustics=LevelReference(config.capture.calibration_db)
        if config.acoustics.enabled
        else None,
    )
