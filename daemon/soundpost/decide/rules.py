"""What it takes to be an event: the manifest's defaults, replaced by the configuration's."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from soundpost.config import DecideConfig, LabelConfig
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
    """

    index: int
    label: str
    on_threshold: float
    off_threshold: float
    smoothing_windows: int
    minimum_samples: int
    refractory_samples: int


def make_rules(
    labels: Sequence[Label], config: DecideConfig, sample_rate_hz: int
) -> tuple[Rule, ...]:
    """The rules of every label that is listened for, in the manifest's order.

    A value for one label (`decide.labels.<name>`) wins over one for all labels (`decide`), and
    that over the manifest. A lowered on-threshold takes the off-threshold along.

    Raises:
        ConfigError: A label is named that the model does not have, none is left, or an
            off-threshold is set above its on-threshold.
    """
    known = [label.name for label in labels]
    for name in [*(config.include or []), *config.exclude, *config.labels]:
        _refuse_unknown(name, known)
    included = set(config.include if config.include is not None else known) - set(config.exclude)
    rules = tuple(
        _rule(index, label, (config.labels.get(label.name, LabelConfig()), config), sample_rate_hz)
        for index, label in enumerate(labels)
        if label.name in included
    )
    if not rules:
        raise ConfigError(
            "decide.include and decide.exclude leave no label to listen for",
            hint=f"the model knows: {', '.join(known)}",
        )
    return rules


def _refuse_unknown(name: str, known: list[str]) -> None:
    if name in known:
        return
    near = difflib.get_close_matches(name, known, n=1)
    guess = f"did you mean {near[0]}?" if near else f"the model knows: {', '.join(known)}"
    raise ConfigError(f"decide: the model has no label {name!r}", hint=guess)


def _rule(
    index: int, label: Label, settings: tuple[LabelConfig, LabelConfig], sample_rate_hz: int
) -> Rule:
    def samples(seconds: float | None) -> int | None:
        return None if seconds is None else round(seconds * sample_rate_hz)

    on_threshold = _first(*(given.on_threshold for given in settings), label.on_threshold)
    chosen_off = next((s.off_threshold for s in settings if s.off_threshold is not None), None)
    if chosen_off is not None and chosen_off > on_threshold:
        raise ConfigError(
            f"decide: off_threshold {chosen_off} of {label.name} is above its on_threshold "
            f"{on_threshold}",
            hint="an event must end at a lower score than it starts at",
        )
    off_threshold = min(label.off_threshold, on_threshold) if chosen_off is None else chosen_off
    return Rule(
        index=index,
        label=label.name,
        on_threshold=on_threshold,
        off_threshold=off_threshold,
        smoothing_windows=_first(
            *(given.smoothing_windows for given in settings), label.smoothing_windows
        ),
        minimum_samples=_first(
            *(samples(given.minimum_seconds) for given in settings), label.minimum_samples
        ),
        refractory_samples=_first(
            *(samples(given.refractory_seconds) for given in settings), label.refractory_samples
        ),
    )


def _first(*values: Value | None) -> Value:
    return next(value for value in values if value is not None)
