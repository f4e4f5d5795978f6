"""Thresholds of the command line, which hold for one run."""

from collections.abc import Sequence

import msgspec

from soundpost.classify.model import Model
from soundpost.cli.options import Threshold
from soundpost.config import Config, LabelConfig
from soundpost.decide import Rule, build_rules
from soundpost.decide.rules.precedence import Override
from soundpost.decide.rules.rules import build_label_names


def with_named_labels(config: Config, thresholds: Sequence[Threshold]) -> Config:
    """Returns the configuration with an empty table for each label or group of a threshold.

    So a label that the bundle switches off is detected, as if `decide.labels` named it.
    """
    tables = config.decide.labels
    names = {threshold.name for threshold in thresholds if threshold.name} - tables.keys()
    decide = msgspec.structs.replace(
        config.decide, labels=tables | dict.fromkeys(names, LabelConfig())
    )
    return msgspec.structs.replace(config, decide=decide)


def build_run_rules(
    model: Model, config: Config, thresholds: Sequence[Threshold]
) -> tuple[Rule, ...]:
    """Builds the rules of a run, in which thresholds win over the configuration.

    A threshold for a label or group wins over one for all labels; of several for a label the last
    one holds.

    Raises:
        ConfigError: A threshold names an unknown label, or as `build_rules`.
    """
    manifest = model.bundle.manifest
    label_names = build_label_names(manifest.labels, config.decide)
    scores: dict[str, float] = {}
    for threshold in sorted(thresholds, key=lambda threshold: threshold.name is not None):
        names = (
            manifest.label_names
            if threshold.name is None
            else label_names.find([threshold.name], "--threshold")
        )
        scores |= dict.fromkeys(names, threshold.score)
    overrides = [Override(label, score) for label, score in scores.items()]
    return build_rules(manifest.labels, config.decide, model.sample_rate_hz, overrides)
