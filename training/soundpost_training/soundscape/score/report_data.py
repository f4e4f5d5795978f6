"""What is said of a bundle that was judged on a soundscape."""

import msgspec

from soundpost_training.soundscape.score.event_metrics import EventMetrics, FalseAlarms
from soundpost_training.soundscape.score.latency import Latency


class Method(msgspec.Struct, frozen=True, kw_only=True):
    """One way to hear and to decide, and how well it does.

    Attributes:
        name: Who listens and who decides.
        thresholds: Where its thresholds come from.
        labels: How many labels it is judged on.
        events: Onset within half a second, offset within half the event.
        onsets: The onset alone.
        segments: Seconds.
        psds: Of the windows' scores, over all thresholds: the same however it is decided.
        alarms: False alarms of security labels in negatives.
        every: How long it takes to tell a sound.
        instant: The same, of the labels that are told at once.
    """

    name: str
    thresholds: str
    labels: int
    events: EventMetrics
    onsets: EventMetrics
    segments: EventMetrics
    psds: float
    alarms: FalseAlarms
    every: Latency
    instant: Latency


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """What one threshold for all security labels does.

    Attributes:
        threshold: Smoothed score.
        told: Share of the security sounds that are told.
        alarms_per_hour: False alarms of all security labels, in negatives.
        held_per_hour: Those of them that are not taken back.
    """

    threshold: float
    told: float
    alarms_per_hour: float
    held_per_hour: float


class LabelFigures(msgspec.Struct, frozen=True, kw_only=True):
    """How one label fares.

    Attributes:
        label: Which one.
        threshold: Smoothed score at which it is told.
        events: Event-based shares.
        sounds: How many there were.
        told: How many were told, in time, wherever their onset was placed.
        median_seconds: From onset to told; 0 if none was.
        p95_seconds: The same.
        false_per_hour: Events of the label where none of it sounds, over all recordings.
    """

    label: str
    threshold: float
    events: EventMetrics
    sounds: int
    told: int
    median_seconds: float
    p95_seconds: float
    false_per_hour: float


class JudgementReport(msgspec.Struct, frozen=True, kw_only=True):
    """All that is measured.

    Attributes:
        bundle: Its id and version.
        command: What measured it.
        scene: What the soundscape is, in a sentence.
        methods: The daemon's path first.
        shared: The same, on the labels that the peer knows too; empty without a peer.
        curve: Trade-off of the security labels.
        labels: The daemon's path, label by label.
        window_median_ms: Processor time of features and model for a window.
        window_p95_ms: The same.
        decide_ms: Processor time of deciding, for a window.
    """

    bundle: str
    command: str
    scene: str
    methods: list[Method]
    shared: list[Method]
    curve: list[Point]
    labels: list[LabelFigures]
    window_median_ms: float
    window_p95_ms: float
    decide_ms: float
