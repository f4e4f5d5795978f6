"""The figures of a field evaluation: what field.json holds, and tables and page show."""

import math

import msgspec

from soundpost_training.field.score.intervals import rate_interval, share_interval


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the report."""


class Share(Figures, frozen=True):
    """A share with its 95 % interval (Wilson); an empty total has the share 0, of 0 to 1."""

    count: int
    total: int
    value: float
    low: float
    high: float


class Rate(Figures, frozen=True):
    """Events an hour with their exact 95 % interval (Poisson); no `high` in no time."""

    count: int
    hours: float
    per_hour: float
    low: float
    high: float | None


class Delay(Figures, frozen=True):
    """Time from a sound's annotated onset to the end of the window that detected it.

    Attributes:
        detected: Sounds for which an event started after their onset.
        median_seconds: Of these; 0 if there are none.
        p95_seconds: The 95th percentile, likewise.
        in_time: The share of them that was detected within 1.5 s.
    """

    detected: int
    median_seconds: float
    p95_seconds: float
    in_time: Share


class LabelFigures(Figures, frozen=True):
    """The figures of one label.

    Attributes:
        label: The label.
        group: Its group; empty for none.
        threshold: Smoothed score at which an event starts.
        recall: Annotated sounds that were found.
        foreground_recall: Of the sounds in the foreground.
        delay: Of those in the foreground that were found.
        false_events: In negatives in which the label must not sound.
        false_by_kind: The same, by the kind of negatives; kinds without one are left out.
        false_beside: Events beside the annotated sounds, in recordings checked for the label.
    """

    label: str
    group: str
    threshold: float
    recall: Share
    foreground_recall: Share
    delay: Delay
    false_events: Rate
    false_by_kind: dict[str, int]
    false_beside: int


class KindFigures(Figures, frozen=True):
    """The false events in one kind of negatives, of all labels together, and by group and label."""

    kind: str
    recordings: int
    false_events: Rate
    by_group: dict[str, int]
    by_label: dict[str, int]


class GroupFigures(Figures, frozen=True):
    """The false events of the labels of one group together, in all negatives."""

    group: str
    labels: list[str]
    false_events: Rate


class MethodFigures(Figures, frozen=True):
    """The figures of one model with its thresholds.

    Attributes:
        name: The model.
        thresholds: Origin of the thresholds.
        labels: Label by label.
        kinds: By the kind of negatives.
        groups: By the group of labels.
        false_events: Of all labels together, in all negatives.
        recall: The mean of the labels that are annotated; 0 if there are none.
        foreground_recall: The same of sounds in the foreground.
        delay: Of all labels.
        instant_delay: Of the labels for which one window is enough.
    """

    name: str
    thresholds: str
    labels: list[LabelFigures]
    kinds: list[KindFigures]
    groups: list[GroupFigures]
    false_events: Rate
    recall: float
    foreground_recall: float
    delay: Delay
    instant_delay: Delay


class CurvePoint(Figures, frozen=True):
    """Recall and false events of a label at one threshold."""

    threshold: float
    recall: Share
    false_events: Rate


class FieldReport(Figures, frozen=True):
    """All figures of a bundle on one field folder.

    Attributes:
        bundle: Its id and version.
        command: The command that measured it.
        folder: The field folder.
        recordings: Number of recordings that were scored.
        annotated_hours: Length of those outside the negatives.
        negative_hours: Length of the negatives.
        collar_seconds: An event counts for a sound that it misses by at most this much.
        methods: The bundle as it is shipped first, then YAMNet.
        curves: Points by threshold for each annotated label of the bundle.
        notes: What was not scored, and why.
    """

    bundle: str
    command: str
    folder: str
    recordings: int
    annotated_hours: float
    negative_hours: float
    collar_seconds: float
    methods: list[MethodFigures]
    curves: dict[str, list[CurvePoint]]
    notes: list[str]


def share(count: int, total: int) -> Share:
    """Returns a share with its interval."""
    interval = share_interval(count, total)
    value = count / total if total else 0.0
    return Share(count=count, total=total, value=value, low=interval.low, high=interval.high)


def rate(count: int, hours: float) -> Rate:
    """Returns a rate with its interval."""
    interval = rate_interval(count, hours)
    per_hour = count / hours if hours > 0.0 else 0.0
    high = interval.high if math.isfinite(interval.high) else None
    return Rate(count=count, hours=hours, per_hour=per_hour, low=interval.low, high=high)
