"""Decides every label at many thresholds in one pass, by the daemon's own tracker."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import msgspec

from soundpost.decide import Rule
from soundpost.manifest import Label
from soundpost_training.soundscape.detect.events import DetectedEvent

THRESHOLDS = (*(round(0.02 * step, 2) for step in range(1, 50)), 0.985, 0.99, 0.995)
"""Smoothed scores from 0.02 to 0.995: sigmoid scores of rare sounds may be useful at a few
hundredths, and those of frequent ones only close to 1."""

SEPARATOR = "@"
"""Between label and threshold in the name of a rule; no label has this character."""


class ThresholdSweep:
    """The rules of some labels, each once for every threshold.

    A tracker treats its rules independently of each other. So one tracker with a rule for each
    label and threshold gives exactly the events of one tracker for each threshold, in one pass.

    Args:
        rules: The rules of the labels. Each keeps its smoothing, its durations, and its
            off-threshold as a share of its on-threshold.
        thresholds: The on-thresholds.
    """

    def __init__(self, rules: Sequence[Rule], thresholds: Sequence[float] = THRESHOLDS) -> None:
        self.thresholds = tuple(thresholds)
        self.labels = tuple(rule.label for rule in rules)
        self._names = {
            f"{rule.label}{SEPARATOR}{threshold}": (rule.label, threshold)
            for rule in rules
            for threshold in self.thresholds
        }
        self.rules = [
            msgspec.structs.replace(
                rule,
                label=f"{rule.label}{SEPARATOR}{threshold}",
                on_threshold=threshold,
                off_threshold=off_threshold(rule, threshold),
            )
            for rule in rules
            for threshold in self.thresholds
        ]

    def split(self, events: Iterable[DetectedEvent]) -> dict[float, list[DetectedEvent]]:
        """Returns the events of each threshold; the label of each event is restored."""
        by_threshold: dict[float, list[DetectedEvent]] = {each: [] for each in self.thresholds}
        for event in events:
            label, threshold = self._names[event.label]
            by_threshold[threshold].append(replace(event, label=label))
        return by_threshold


def off_threshold(of: Rule | Label, on_threshold: float) -> float:
    """Returns the off-threshold of a rule or label at another on-threshold: the same share."""
    share = of.off_threshold / of.on_threshold if of.on_threshold else 1.0
    return round(on_threshold * share, 4)
