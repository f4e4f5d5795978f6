"""What it takes to be an event: the manifest's defaults, replaced by the configuration's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from soundpost.config import DecideConfig, ProfileConfig
from soundpost.decide.rules.labels import LabelNames, refuse_unknown
from soundpost.decide.rules.precedence import Override, SettingPrecedence
from soundpost.decide.unlabelled import nameless_labels, reserved_labels_of
from soundpost.errors import ConfigError
from soundpost.manifest import Label

Value = TypeVar("Value", int, float)


@dataclass(frozen=True, slots=True)
class Rule:
    """When an event of one label starts, holds and ends.

    Attributes:
        index: Position of the label in the scores.
        label: Its name.
        on_threshold: Smoothed score that starts an event.
        off_threshold: Smoothed score below which it ends, at most `on_threshold`.
        smoothing_windows: Windows in the moving mean of the score.
        minimum_samples: What lasts shorter is retracted, what lasts is confirmed.
        refractory_samples: Minimum time from one offset to the next onset.
        needed_windows: So many of the last `of_windows` must reach the on-threshold to start an
            event, and the off-threshold to keep it.
        of_windows: How many windows are asked.
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

    @property
    def memory_windows(self) -> int:
        """The most windows by which the end of an event follows the last that held."""
        return self.smoothing_windows + self.of_windows - self.needed_windows


def build_label_names(labels: Sequence[Label], config: DecideConfig) -> LabelNames:
    """The names of all labels and groups that can be asked for, `unknown` and `any` if they are on.

    Raises:
        ConfigError: A group holds a name that is no label, or is called like one, or the model
            has a label that is called as what is to stand for sounds without one.
    """
    names = [label.name for label in labels]
    for name in reserved_labels_of(config):
        if name in names:
            raise ConfigError(
                f"decide.{name} is on, but the model has a label {name!r} of its own",
                hint=f"leave decide.{name} away",
            )
    return LabelNames(names + reserved_labels_of(config), config.groups)


def build_rules(
    labels: Sequence[Label],
    config: DecideConfig,
    sample_rate_hz: int,
    overrides: Sequence[Override] = (),
) -> tuple[Rule, ...]:
    """The rules of every label that is listened for, in the manifest's order.

    `unknown` and `any`, if they are on, come after the model's labels.

    The more particular place wins: an override, `decide.labels` of the label, of a group that it
    is in (the last one named), `decide`, the manifest. In each place a value wins over the
    profile. A lowered on-threshold takes along the off-threshold of a more general place.

    Args:
        labels: The manifest's.
        config: What replaces it.
        sample_rate_hz: Turns seconds into samples.
        overrides: What replaces that, at most one for each label.

    Raises:
        ConfigError: A label, group or profile is named that there is not, no label is left, an
            off-threshold is set above its on-threshold, or more windows are needed than asked.
    """
    label_names = build_label_names(labels, config)
    known = label_names.labels
    for override in overrides:
        refuse_unknown(override.label, known, "override", "label")
    given = {override.label: override for override in overrides}
    included = label_names.find(known if config.include is None else config.include)
    included |= set(reserved_labels_of(config))
    included -= label_names.find(config.exclude)
    if not included:
        raise ConfigError(
            "decide.include and decide.exclude leave no label to listen for",
            hint=f"the model knows: {', '.join(known)}",
        )
    precedence = SettingPrecedence(config, label_names)
    return tuple(
        _rule(index, label, precedence.of(label.name, given.get(label.name)), sample_rate_hz)
        for index, label in enumerate([*labels, *nameless_labels(config, sample_rate_hz)])
        if label.name in included
    )


def _rule(
    index: int, label: Label, precedence: Sequence[ProfileConfig], sample_rate_hz: int
) -> Rule:
    def samples(seconds: float | None) -> int | None:
        return None if seconds is None else round(seconds * sample_rate_hz)

    on_threshold, off_threshold = _thresholds(label, precedence)
    needed_windows = _first(*(layer.needed_windows for layer in precedence), 1)
    of_windows = _first(*(layer.of_windows for layer in precedence), needed_windows)
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
            *(layer.smoothing_windows for layer in precedence), label.smoothing_windows
        ),
        minimum_samples=_first(
            *(samples(layer.minimum_seconds) for layer in precedence), label.minimum_samples
        ),
        refractory_samples=_first(
            *(samples(layer.refractory_seconds) for layer in precedence), label.refractory_samples
        ),
        needed_windows=needed_windows,
        of_windows=of_windows,
    )


def _thresholds(label: Label, precedence: Sequence[ProfileConfig]) -> tuple[float, float]:
    """The on- and the off-threshold."""
    ons = [layer.on_threshold for layer in precedence] + [label.on_threshold]
    offs = [layer.off_threshold for layer in precedence] + [label.off_threshold]
    on_threshold, off_threshold = _first(*ons), _first(*offs)
    # One of a more general place gives way; one that was meant for this on-threshold is a slip.
    if off_threshold > on_threshold and offs.index(off_threshold) <= ons.index(on_threshold):
        raise ConfigError(
            f"decide: off_threshold {off_threshold} of {label.name} is above its on_threshold "
            f"{on_threshold}",
            hint="an event must end at a lower score than it starts at",
        )
    return on_threshold, min(off_threshold, on_threshold)


def _first(*values: Value | None) -> Value:
    return next(value for value in values if value is not None)
