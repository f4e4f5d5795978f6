"""The data of a soundscape report: what judgement.json holds and the page shows."""

import msgspec

from soundpost_training.soundscape.score.event_metrics import EventMetrics, FalseAlarms
from soundpost_training.soundscape.score.latency import Latency


class MethodResult(msgspec.Struct, frozen=True, kw_only=True):
    """The metrics of one model with one decision method and one set of thresholds.

    Attributes:
        name: Model and decision method.
        thresholds: Origin of the thresholds.
        labels: Number of labels that are scored.
        events: Onset within half a second, offset within half the event.
        onsets: The onset alone.
        segments: Segments of one second.
        psds: Of the windows' scores over all thresholds; independent of the decision method.
        false_alarms: Of the security labels, in negatives.
        all_labels: Latency over all labels.
        instant: Latency of the labels for which one window is enough.
    """

    name: str
    thresholds: str
    labels: int
    events: EventMetrics
    onsets: EventMetrics
    segments: EventMetrics
    psds: float
    false_alarms: FalseAlarms = msgspec.field(name="alarms")
    all_labels: Latency = msgspec.field(name="every")
    instant: Latency


class OperatingPoint(msgspec.Struct, frozen=True, kw_only=True):
    """Detections and false alarms at one threshold for all security labels.

    Attributes:
        threshold: Smoothed score.
        detected_share: Share of the security sounds that are detected.
        started_per_hour: False alarms of all security labels, in negatives.
        confirmed_per_hour: Those of them that are not retracted.
    """

    threshold: float
    detected_share: float = msgspec.field(name="told")
    started_per_hour: float = msgspec.field(name="alarms_per_hour")
    confirmed_per_hour: float = msgspec.field(name="held_per_hour")


class LabelResult(msgspec.Struct, frozen=True, kw_only=True):
    """The metrics of one label.

    Attributes:
        label: The label.
        threshold: Smoothed score at which an event starts.
        events: Event-based metrics.
        sounds: Number of sounds of the label.
        detected: Number of them that were detected in time, wherever the onset was placed.
        median_seconds: Median latency; 0 if none was detected.
        p95_seconds: The 95th percentile, likewise.
        false_per_hour: Events of the label where none of it sounds, over all recordings.
    """

    label: str
    threshold: float
    events: EventMetrics
    sounds: int
    detected: int = msgspec.field(name="told")
    median_seconds: float
    p95_seconds: float
    false_per_hour: float


class JudgementReport(msgspec.Struct, frozen=True, kw_only=True):
    """All metrics of a bundle on one soundscape.

    Attributes:
        bundle: Its id and version.
        command: The command that measured it.
        scene: A sentence that describes the soundscape.
        methods: The daemon's whole path first.
        shared: The same on the labels that YAMNet has too; empty without YAMNet.
        curve: Detections over false alarms of the security labels.
        labels: The daemon's whole path, label by label.
        window_median_ms: Processor time of features and model for a window.
        window_p95_ms: The 95th percentile of the same.
        decide_ms: Processor time of deciding, for a window.
    """

    bundle: str
    command: str
    scene: str
    methods: list[MethodResult]
    shared: list[MethodResult]
    curve: list[OperatingPoint]
    labels: list[LabelResult]
    window_median_ms: float
    window_p95_ms: float
    decide_ms: float
