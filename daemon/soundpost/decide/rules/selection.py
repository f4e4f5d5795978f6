"""The labels that are detected, and the reason for which each other label is not."""

from collections.abc import Sequence
from typing import Literal

from soundpost.config import DecideConfig
from soundpost.decide.rules.labels import LabelNames
from soundpost.decide.rules.reserved_labels import reserved_labels_of
from soundpost.manifest import Label, OffReason

UndetectedReason = OffReason | Literal["excluded", "not_included"]
"""By the bundle (see `OffReason`), by `decide.exclude`, or because `decide.include` does not name
the label."""


def undetected_labels(
    labels: Sequence[Label], config: DecideConfig, label_names: LabelNames
) -> dict[str, UndetectedReason]:
    """Returns the labels of which no event starts, each with the reason, in the model's order.

    A label that the bundle switches off is detected if the configuration names it: in
    `decide.include`, itself or as a member of a configured group, or as a table of `decide.labels`.
    A group of the bundle in `decide.include` stands for its labels that keep their budget: those
    that missed it must be named one by one, because each of them brings false events.

    Args:
        labels: The labels of the manifest.
        config: Includes and excludes labels and groups.
        label_names: The names of labels and groups.

    Raises:
        ConfigError: `decide.include` or `decide.exclude` names an unknown label or group.
    """
    by_bundle = {label.name: label.off_by_default for label in labels if label.off_by_default}
    excluded = label_names.find(config.exclude)
    reserved = frozenset(reserved_labels_of(config))
    if config.include is None:
        # A name that is not a label's is a group's, or an error that the rules report.
        included = frozenset(label_names.labels) - by_bundle.keys() | config.labels.keys()
        reached = frozenset(label_names.labels)
    else:
        reached = label_names.find(config.include)
        missed = {name for name, reason in by_bundle.items() if reason == "missed_budget"}
        included = frozenset[str]().union(
            *(
                label_names.find([name]) - (missed if label_names.is_of_bundle(name) else set())
                for name in config.include
            )
        )

    def reason_of(name: str) -> UndetectedReason | None:
        if name in excluded:
            return "excluded"
        if name in included | reserved:
            return None
        return by_bundle[name] if name in reached else "not_included"

    reasons = {name: reason_of(name) for name in label_names.labels}
    return {name: reason for name, reason in reasons.items() if reason is not None}
