"""Thresholds of the command line, which hold for one run."""

from collections.abc import Sequence

import msgspec

from soundpost.cli.flags.values import Threshold
from soundpost.config import Config, LabelConfig
from soundpost.decide import LabelNames, Rule, build_rules, names_of_models
from soundpost.decide.rules.precedence import Override
from soundpost.manifest import Manifest


def with_named_labels(
    config: Config, manifests: Sequence[Manifest], thresholds: Sequence[Threshold]
) -> Config:
    """Returns the configuration with an empty table for each label or group of a threshold.

    So a label that the bundle switches off is detected, as if `decide.labels` named it. Each model
    gets the tables of the names that it has.

    Raises:
        ConfigError: A threshold names a label or group that no model has.
    """
    named = dict.fromkeys(threshold.name for threshold in thresholds if threshold.name)
    names_of = names_of_models(config, manifests)
    LabelNames.union(names_of).find(named, "--threshold")
    models = []
    for model, known in zip(config.all_models, names_of, strict=True):
        tables = model.decide.labels
        added = {name: LabelConfig() for name in named if name in known and name not in tables}
        decide = msgspec.structs.replace(model.decide, labels=tables | added)
        models.append(msgspec.structs.replace(model, decide=decide))
    return msgspec.structs.replace(config, models=models)


def build_run_rules(
    config: Config, manifests: Sequence[Manifest], thresholds: Sequence[Threshold]
) -> list[tuple[Rule, ...]]:
    """Builds the rules of each model for a run, in which thresholds win over the configuration.

    A threshold for a label or group wins over one for all labels; of several for a label the last
    one holds. It applies to every model that has the label.

    Raises:
        ConfigError: As `build_rules`.
    """
    rules = []
    names_of = names_of_models(config, manifests)
    all_names = LabelNames.union(names_of)
    for manifest, model, known in zip(manifests, config.all_models, names_of, strict=True):
        scores: dict[str, float] = {}
        for threshold in sorted(thresholds, key=lambda threshold: threshold.name is not None):
            if threshold.name is None:
                scores |= dict.fromkeys(manifest.label_names, threshold.score)
            elif threshold.name in known:
                scores |= dict.fromkeys(known.find([threshold.name]), threshold.score)
        overrides = [Override(label, score) for label, score in scores.items()]
        rate_hz = manifest.input.sample_rate_hz
        rules.append(build_rules(manifest.labels, model.decide, rate_hz, overrides, all_names))
    return rules
