"""The rule of each label: the manifest's defaults, replaced by the configuration."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from soundpost.config import DecideConfig, ProfileConfig
from soundpost.decide.rules.labels import LabelNames, refuse_unknown
from soundpost.decide.rules.name_index import other_names
from soundpost.decide.rules.precedence import Override, SettingPrecedence
from soundpost.decide.rules.reserved_labels import build_reserved_labels, reserved_labels_of
from soundpost.decide.rules.selection import undetected_labels
from soundpost.errors import ConfigError
from soundpost.manifest import Label, groups_of

Value = TypeVar("Value", int, float, str)


@dataclass(frozen=True, slots=True)
class Rule:
    """The conditions under which an event of one label starts, holds and ends.

    Attributes:
        index: Position of the label in the scores.
        label: Its name.
        on_threshold: Smoothed score that starts an event.
        off_threshold: Smoothed score below which it ends, at most `on_threshold`.
        smoothing_windows: Windows in the moving mean of the score.
        minimum_samples: A shorter event is retracted, a longer one is confirmed.
        refractory_samples: Minimum time from one offset to the next onset.
        needed_windows: Number of the last `of_windows` windows that must reach the on-threshold
            to start an event, and the off-threshold to keep it.
        of_windows: Number of windows that vote.
        follows_range: True if events start only where and when the bundle's range model says that
            the label occurs.
    """

    index: int
    label: str
    on_threshold: float
    off_threshold: float
    smoothing_windows: int
    minimum_samples: int
    refractory_samples: int
    needed_windows: int = 1
    of_windows: int = 1
    follows_range: bool = True

    @property
    def memory_windows(self) -> int:
        """The most windows between the last one that holds and the end of the event."""
        return self.smoothing_windows + self.of_windows - self.needed_windows


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

    Raises:
        ConfigError: A label, group or profile is unknown, no label is left, an off-threshold is
            set above its on-threshold, or `needed_windows` is above `of_windows`.
    """
    label_names = build_label_names(labels, config)
    known = label_names.labels
    for override in overrides:
        refuse_unknown(override.label, known, "override", "label")
    override_of = {override.label: override for override in overrides}
    undetected = undetected_labels(labels, config, label_names)
    if len(undetected) == len(known):
        raise ConfigError(
            "decide.include and decide.exclude leave no label to detect",
            hint="`soundpost labels` lists the labels of the model",
        )
    precedence = SettingPrecedence(config, label_names)
    return tuple(
        _build_rule(
            index, label, precedence.of(label.name, override_of.get(label.name)), sample_rate_hz
        )
        for index, label in enumerate([*labels, *build_reserved_labels(config, sample_rate_hz)])
        if label.name not in undetected
    )


def _build_rule(
    index: int, label: Label, precedence: Sequence[ProfileConfig], sample_rate_hz: int
) -> Rule:
    def samples(seconds: float | None) -> int | None:
        return None if seconds is None else round(seconds * sample_rate_hz)

    on_threshold, off_threshold = _thresholds(label, precedence)
    needed_windows = _first(*(place.needed_windows for place in precedence), 1)
    of_windows = _first(*(place.of_windows for place in precedence), needed_windows)
    if needed_windows > of_windows:
        raise ConfigError(
            f"decide: {label.name} needs {needed_windows} of {of_windows} windows",
            hint="set of_windows to needed_windows or more",
        )
    return Rule(
        index=index,
        label=label.name,
        on_threshold=on_threshold,
        off_threshold=off_threshold,
        smoothing_windows=_first(
            *(place.smoothing_windows for place in precedence), label.smoothing_windows
        ),
        minimum_samples=_first(
            *(samples(place.minimum_seconds) for place in precedence), label.minimum_samples
        ),
        refractory_samples=_first(
            *(samples(place.refractory_seconds) for place in precedence), label.refractory_samples
        ),
        needed_windows=needed_windows,
        of_windows=of_windows,
        follows_range=_first(*(place.range for place in precedence), "auto") == "auto",
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
