"""Makes figures of the counts: by label, kind of negatives, and group."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from soundpost.decide import Rule
from soundpost_training.field.score.figures import (
    CurvePoint,
    Delay,
    GroupFigures,
    KindFigures,
    LabelFigures,
    MethodFigures,
    rate,
    share,
)
from soundpost_training.field.score.tally import Tally

IN_TIME_SECONDS = 1.5
"""The delay that the product promises for labels that start at their first window."""


@dataclass(frozen=True, slots=True)
class Method:
    """A model, its thresholds, and the group of each of its labels.

    Attributes:
        name: The model.
        thresholds: Origin of the thresholds.
        rules: The rules of the labels that are scored.
        groups: The group of each label that has one.
    """

    name: str
    thresholds: str
    rules: Sequence[Rule]
    groups: Mapping[str, str]


def summarize(tally: Tally, method: Method) -> MethodFigures:
    """Returns the figures of a model, labels in the order of its rules."""
    labels = [rule.label for rule in method.rules]
    instant = [rule.label for rule in method.rules if rule.memory_windows == 1]
    return MethodFigures(
        name=method.name,
        thresholds=method.thresholds,
        labels=[_label(tally, rule, method.groups.get(rule.label, "")) for rule in method.rules],
        kinds=[_kind(tally, kind, labels, method.groups) for kind in tally.kinds],
        groups=_groups(tally, labels, method.groups),
        false_events=rate(sum(map(tally.false_count, labels)), tally.negative_hours),
        recall=_mean_recall(tally.found, tally.sounds, labels),
        foreground_recall=_mean_recall(tally.found_foreground, tally.foreground, labels),
        delay=_delay(tally, labels),
        instant_delay=_delay(tally, instant),
    )


def curve(tallies: Mapping[float, Tally], label: str) -> list[CurvePoint]:
    """Returns recall and false events of a label at each threshold, ascending."""
    return [
        CurvePoint(
            threshold=threshold,
            recall=share(tally.found[label], tally.sounds[label]),
            false_events=rate(tally.false_count(label), tally.checked_hours(label)),
        )
        for threshold, tally in sorted(tallies.items())
    ]


def _label(tally: Tally, rule: Rule, group: str) -> LabelFigures:
    label = rule.label
    by_kind = {kind: tally.false_events[label, kind] for kind in tally.kinds}
    return LabelFigures(
        label=label,
        group=group,
        threshold=rule.on_threshold,
        recall=share(tally.found[label], tally.sounds[label]),
        foreground_recall=share(tally.found_foreground[label], tally.foreground[label]),
        delay=_delay(tally, [label]),
        false_events=rate(tally.false_count(label), tally.checked_hours(label)),
        false_by_kind={kind: count for kind, count in by_kind.items() if count},
        false_beside=tally.false_beside[label],
    )


def _mean_recall(
    found: Mapping[str, int], sounds: Mapping[str, int], labels: Iterable[str]
) -> float:
    """Returns the mean recall of the labels that have sounds; 0 if none has."""
    recalls = [found[label] / sounds[label] for label in labels if sounds[label]]
    return float(np.mean(recalls)) if recalls else 0.0


def _kind(tally: Tally, kind: str, labels: Sequence[str], groups: Mapping[str, str]) -> KindFigures:
    counts = {label: tally.false_events[label, kind] for label in labels}
    by_label = sorted((item for item in counts.items() if item[1]), key=lambda item: -item[1])
    by_group: dict[str, int] = {}
    for label, count in by_label:
        if label in groups:
            by_group[groups[label]] = by_group.get(groups[label], 0) + count
    return KindFigures(
        kind=kind,
        recordings=tally.recordings[kind],
        false_events=rate(sum(counts.values()), tally.kind_hours(kind)),
        by_group=by_group,
        by_label=dict(by_label),
    )


def _groups(tally: Tally, labels: Sequence[str], groups: Mapping[str, str]) -> list[GroupFigures]:
    members: dict[str, list[str]] = {}
    for label in labels:
        if label in groups:
            members.setdefault(groups[label], []).append(label)
    return [
        GroupFigures(
            group=group,
            labels=names,
            false_events=rate(sum(map(tally.false_count, names)), tally.negative_hours),
        )
        for group, names in members.items()
    ]


def _delay(tally: Tally, labels: Iterable[str]) -> Delay:
    delays = [seconds for label in labels for seconds in tally.delays[label]]
    return Delay(
        detected=len(delays),
        median_seconds=float(np.median(delays)) if delays else 0.0,
        p95_seconds=float(np.percentile(delays, 95)) if delays else 0.0,
        in_time=share(sum(seconds <= IN_TIME_SECONDS for seconds in delays), len(delays)),
    )
