"""Builds the rule of a label: the manifest's defaults, replaced by more specific places."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from soundpost.config import DecideConfig, ProfileConfig
from soundpost.decide.rules.confounders import CONFOUNDER_SECONDS
from soundpost.decide.rules.labels import LabelNames
from soundpost.decide.rules.precedence import Override, SettingPrecedence
from soundpost.decide.rules.reserved_labels import build_reserved_labels
from soundpost.decide.rules.rule import LASTING_EVENTS, Rule
from soundpost.errors import ConfigError
from soundpost.manifest import Label

Value = TypeVar("Value", int, float, str, list[str])

_SECONDS_PER_MINUTE = 60


class RuleBuilder:
    """Builds the rules of a model's labels.

    Args:
        labels: The labels of the manifest, with their defaults.
        config: Settings that replace these defaults.
        sample_rate_hz: Converts seconds into samples.
        label_names: The names of labels and groups.
        all_names: Those of all models that classify the same sound, this one included; None for
            this one alone.

    Raises:
        ConfigError: A label, group or profile is unknown.
    """

    def __init__(
        self,
        labels: Sequence[Label],
        config: DecideConfig,
        sample_rate_hz: int,
        label_names: LabelNames,
        all_names: LabelNames | None = None,
    ) -> None:
        self._labels = [*labels, *build_reserved_labels(config, sample_rate_hz)]
        self._sample_rate_hz = sample_rate_hz
        self._precedence = SettingPrecedence(config, label_names)
        self._all_names = all_names or label_names

    def build(
        self,
        is_wanted: Callable[[str], bool],
        override_of: Mapping[str, Override] | None = None,
    ) -> tuple[Rule, ...]:
        """Returns the rules of some labels, in the manifest's order.

        `unknown` and `any`, if they are on, come after the model's labels.

        Args:
            is_wanted: Returns whether a label gets a rule.
            override_of: Settings that replace the configuration, by label.

        Raises:
            ConfigError: An override names an unknown profile, an off-threshold is set above its
                on-threshold, or `needed_windows` is above `of_windows`.
        """
        overrides = override_of or {}
        return tuple(
            self._rule(index, label, self._precedence.of(label.name, overrides.get(label.name)))
            for index, label in enumerate(self._labels)
            if is_wanted(label.name)
        )

    def _rule(self, index: int, label: Label, precedence: Sequence[ProfileConfig]) -> Rule:
        on_threshold, off_threshold = _thresholds(label, precedence)
        needed_windows = _first(*(place.needed_windows for place in precedence), 1)
        of_windows = _first(*(place.of_windows for place in precedence), needed_windows)
        if needed_windows > of_windows:
            raise ConfigError(
                f"decide: {label.name} needs {needed_windows} of {of_windows} windows",
                hint="set of_windows to needed_windows or more",
            )
        # Unknown names are those of another model, or refused by `find_confounders`.
        named = _first(*(place.confounders for place in precedence), [])
        confounders = self._all_names.find(name for name in named if name in self._all_names)
        return Rule(
            index=index,
            label=label.name,
            on_threshold=on_threshold,
            off_threshold=off_threshold,
            smoothing_windows=_first(
                *(place.smoothing_windows for place in precedence), label.smoothing_windows
            ),
            minimum_samples=self._samples(
                *(place.minimum_seconds for place in precedence), default=label.minimum_samples
            ),
            refractory_samples=self._samples(
                *(place.refractory_seconds for place in precedence),
                default=label.refractory_samples,
            ),
            needed_windows=needed_windows,
            of_windows=of_windows,
            follows_range=_first(*(place.range for place in precedence), "auto") == "auto",
            # A place for several labels, one of which it names, means the others.
            confounders=confounders - {label.name},
            confounder_samples=self._samples(
                *(place.confounder_seconds for place in precedence),
                default=round(CONFOUNDER_SECONDS * self._sample_rate_hz),
            ),
            lasting_samples=_SECONDS_PER_MINUTE
            * self._samples(*(place.lasting_minutes for place in precedence), default=0),
            lasting_events=_first(*(place.lasting_events for place in precedence), LASTING_EVENTS),
        )

    def _samples(self, *seconds: float | None, default: int) -> int:
        """Returns the first time that is set, in samples, or the default, which is in samples."""
        return next(
            (round(value * self._sample_rate_hz) for value in seconds if value is not None), default
        )


def _thresholds(label: Label, precedence: Sequence[ProfileConfig]) -> tuple[float, float]:
    """Returns the on-threshold and the off-threshold."""
    ons = [place.on_threshold for place in precedence] + [label.on_threshold]
    offs = [place.off_threshold for place in precedence] + [label.off_threshold]
    on_threshold, off_threshold = _first(*ons), _first(*offs)
    # An off-threshold of a more general place gives way. One of the same or a more specific place
    # was meant for this on-threshold, so it is a mistake.
    if off_threshold > on_threshold and offs.index(off_threshold) <= ons.index(on_threshold):
        raise ConfigError(
            f"decide: off_threshold {off_threshold} of {label.name} is above its on_threshold "
            f"{on_threshold}",
            hint="an event must end at a lower score than it starts at",
        )
    return on_threshold, min(off_threshold, on_threshold)


def _first(*values: Value | None) -> Value:
    """Returns the first value that is set."""
    return next(value for value in values if value is not None)
