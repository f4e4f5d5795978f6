"""The rule of each label: the manifest's defaults, replaced by the configuration."""

from collections.abc import Sequence

from soundpost.config import DecideConfig
from soundpost.decide.rules.labels import LabelNames, refuse_unknown
from soundpost.decide.rules.name_index import other_names
from soundpost.decide.rules.precedence import Override
from soundpost.decide.rules.reserved_labels import reserved_labels_of
from soundpost.decide.rules.rule import Rule
from soundpost.decide.rules.rule_builder import RuleBuilder
from soundpost.decide.rules.selection import undetected_labels
from soundpost.errors import ConfigError
from soundpost.manifest import Label, groups_of


def build_label_names(labels: Sequence[Label], config: DecideConfig) -> LabelNames:
    """Returns the names of all labels, and of the groups of bundle and configuration.

    `unknown` and `any` are among the labels if they are on.

    Raises:
        ConfigError: A group holds an unknown label or has the name of a label, or the model has a
            label with the name of a reserved label that is on.
    """
    names = [label.name for label in labels]
    for name in reserved_labels_of(config):
        if name in names:
            raise ConfigError(
                f"decide.{name} is on, but the model has a label {name!r} of its own",
                hint=f"remove decide.{name}",
            )
    return LabelNames(
        names + reserved_labels_of(config),
        config.groups,
        groups_of(labels),
        {label.name: other_names(label) for label in labels},
    )


def build_rules(
    labels: Sequence[Label],
    config: DecideConfig,
    sample_rate_hz: int,
    overrides: Sequence[Override] = (),
    all_names: LabelNames | None = None,
) -> tuple[Rule, ...]:
    """Returns the rules of all labels that are detected, in the manifest's order.

    `unknown` and `any`, if they are on, come after the model's labels.

    The more specific place wins: an override, `decide.labels` of the label, of a group that it is
    in (the last one named), `decide`, the manifest. In each place a value wins over the profile.
    A lowered on-threshold also lowers the off-threshold of a more general place.

    Args:
        labels: The labels of the manifest, with their defaults.
        config: Settings that replace these defaults.
        sample_rate_hz: Converts seconds into samples.
        overrides: Settings that replace the configuration, at most one for each label.
        all_names: Labels and groups of all models that classify the same sound, this one included;
            without it confounders of other models are left out.

    Raises:
        ConfigError: A label, group or profile is unknown, no label is left, an off-threshold is
            set above its on-threshold, or `needed_windows` is above `of_windows`.
    """
    label_names = build_label_names(labels, config)
    known = label_names.labels
    for override in overrides:
        refuse_unknown(override.label, known, "override", "label")
    undetected = undetected_labels(labels, config, label_names)
    if len(undetected) == len(known):
        raise ConfigError(
            "decide.include and decide.exclude leave no label to detect",
            hint="`soundpost labels` lists the labels of the model",
        )
    builder = RuleBuilder(labels, config, sample_rate_hz, label_names, all_names)
    return builder.build(
        lambda name: name not in undetected, {override.label: override for override in overrides}
    )


def build_confounder_rules(
    labels: Sequence[Label],
    config: DecideConfig,
    sample_rate_hz: int,
    confounders: frozenset[str],
    all_names: LabelNames | None = None,
) -> tuple[Rule, ...]:
    """Returns the rules of those labels that are confounders, also of those without events.

    Args:
        labels: The labels of the manifest, with their defaults.
        config: Settings that replace these defaults.
        sample_rate_hz: Converts seconds into samples.
        confounders: Those of all models that classify the same sound.
        all_names: As in `build_rules`.

    Raises:
        ConfigError: As `build_rules`.
    """
    label_names = build_label_names(labels, config)
    builder = RuleBuilder(labels, config, sample_rate_hz, label_names, all_names)
    return builder.build(lambda name: name in confounders)
