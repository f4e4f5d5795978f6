"""Results of tuning: the content of its JSON file."""

from collections.abc import Iterable

import msgspec

from soundpost_training.soundscape.score.event_metrics import EventMetrics


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """Decision settings, and their metrics over all soundscapes.

    Attributes:
        name: The setting that differs from the manifest.
        events: Micro-averaged over all labels.
        started_per_hour: False alarms of the security labels in negatives.
        confirmed_per_hour: Those of them that were not retracted.
        median_seconds: Latency of the sounds that were detected.
        detected_share: Share of the sounds that were detected.
    """

    name: str
    events: EventMetrics
    started_per_hour: float = msgspec.field(name="told_per_hour")
    confirmed_per_hour: float = msgspec.field(name="held_per_hour")
    median_seconds: float
    detected_share: float = msgspec.field(name="told")


class LabelCandidate(msgspec.Struct, frozen=True, kw_only=True):
    """A label at one threshold and smoothing: event F1, share of sounds detected, false alarms.

    False alarms are counted where no sound of the label is: in negatives for a security label,
    between its own sounds for another.
    """

    label: str
    threshold: float
    smoothing_windows: int
    f1: float
    detected_share: float = msgspec.field(name="told")
    false_per_hour: float


class Tuning(msgspec.Struct, frozen=True, kw_only=True):
    """All results: settings at the manifest's thresholds, and thresholds of each label."""

    command: str
    hours: float
    candidates: list[Candidate] = msgspec.field(name="trials")
    labels: list[LabelCandidate]


def over_budget(labels: Iterable[LabelCandidate], budget: float) -> dict[str, LabelCandidate]:
    """Returns the labels whose false alarms exceed a budget at every threshold, with the fewest.

    Args:
        labels: Every label at every threshold and smoothing.
        budget: False alarms of each label in an hour.
    """
    best: dict[str, LabelCandidate] = {}
    for candidate in labels:
        known = best.get(candidate.label)
        if known is None or candidate.false_per_hour < known.false_per_hour:
            best[candidate.label] = candidate
    return {label: one for label, one in best.items() if one.false_per_hour > budget}
