"""The rules of several models, and the names of all their labels."""

from collections.abc import Mapping, Sequence
from itertools import chain

from soundpost.config import Config
from soundpost.decide.rules.labels import LabelNames
from soundpost.decide.rules.precedence import Override
from soundpost.decide.rules.profiles import known_profiles
from soundpost.decide.rules.rule import Rule
from soundpost.decide.rules.rules import build_label_names, build_rules
from soundpost.manifest import Manifest


def names_of_models(config: Config, manifests: Sequence[Manifest]) -> list[LabelNames]:
    """Returns the names of labels and groups of each model.

    Args:
        config: Has the rules of each model.
        manifests: Of the models, in the order of the configuration.

    Raises:
        ConfigError: As `build_label_names`.
    """
    return [
        build_label_names(manifest.labels, model.decide)
        for manifest, model in zip(manifests, config.all_models, strict=True)
    ]


class ModelRules:
    """Builds the rules of each model; an override of a label applies in every model that has it.

    Args:
        config: Has the rules of each model.
        manifests: Of the models, in the order of the configuration.

    Attributes:
        label_names: The names of labels and groups of all models.

    Raises:
        ConfigError: As `build_label_names`.
    """

    def __init__(self, config: Config, manifests: Sequence[Manifest]) -> None:
        names = names_of_models(config, manifests)
        self._configs = [model.decide for model in config.all_models]
        self._manifests = manifests
        self._labels = [frozenset(each.labels) for each in names]
        self.label_names = LabelNames.union(names)

    @property
    def profile_names(self) -> list[str]:
        """The names of the profiles that each model has, which are those that a command can set."""
        names = [known_profiles(config.profiles) for config in self._configs]
        return [name for name in names[0] if all(name in others for others in names)]

    def build(self, overrides: Mapping[str, Override]) -> list[tuple[Rule, ...]]:
        """Returns the rules of each model.

        Args:
            overrides: Settings that replace the configuration, by label.

        Raises:
            ConfigError: As `build_rules`.
        """
        return [
            build_rules(
                manifest.labels,
                config,
                manifest.input.sample_rate_hz,
                [overrides[label] for label in overrides if label in labels],
                self.label_names,
            )
            for manifest, config, labels in zip(
                self._manifests, self._configs, self._labels, strict=True
            )
        ]


def lowest_thresholds(rules: Sequence[Sequence[Rule]]) -> dict[str, float]:
    """Returns the score that starts an event of each label, the lowest one of its models."""
    thresholds: dict[str, float] = {}
    for rule in chain.from_iterable(rules):
        thresholds[rule.label] = min(rule.on_threshold, thresholds.get(rule.label, 1.0))
    return thresholds
