"""The labels that the configuration names: of thousands, only these get own topics."""

from soundpost.config import Config
from soundpost.decide.rules.labels import LabelNames
from soundpost.decide.rules.reserved_labels import reserved_labels_of


def chosen_labels(config: Config, label_names: LabelNames) -> frozenset[str]:
    """Returns the labels that the configuration names, apart from those that it excludes.

    These are the labels and the members of groups in `mqtt.chosen`, the labels in `decide.include`,
    in tables of `decide.labels` and in `mqtt.device_classes`, and `unknown` and `any` if they are
    on. A group in `decide.include` or `decide.labels` has a topic of its own, so it chooses none of
    its labels.

    Args:
        config: The configuration.
        label_names: The names of labels and groups of all models.

    Raises:
        ConfigError: `mqtt.chosen` names an unknown label or group.
    """
    tables = [model.decide for model in config.all_models]
    named = [name for decide in tables for name in (*(decide.include or ()), *decide.labels)]
    singly = [name for name in label_names.find_exact(named) if name not in label_names.groups]
    # Classes may be set for `unknown` and `any` while these are off.
    classed = config.mqtt.device_classes.keys() & set(label_names.labels)
    return label_names.find([*config.mqtt.chosen, *singly, *classed], "mqtt.chosen").union(
        *map(reserved_labels_of, tables)
    )
