"""Event-based and segment-based metrics by sed_eval, and false alarms per hour.

A. Mesaros, T. Heittola, T. Virtanen, "Metrics for Polyphonic Sound Event Detection", Applied
Sciences 6(6), 2016.
"""

import warnings
from collections.abc import Iterable, Sequence

import msgspec
import numpy as np

from soundpost_training.errors import ExperimentError
from soundpost_training.soundscape.compose.ground_truth import Event
from soundpost_training.soundscape.compose.recipe import Recording
from soundpost_training.soundscape.detect.events import ByRecording, DetectedEvent

try:
    with warnings.catch_warnings():  # its dcase_util asks pkg_resources for a version, which warns
        warnings.simplefilter("ignore")
        import sed_eval
except ImportError as error:
    raise ExperimentError(
        f"expected sed_eval, which computes event metrics of soundscapes, got {error}",
        hint="pip install 'soundpost[soundscape]'",
    ) from error

COLLAR_SECONDS = 0.5
"""An onset may be off by this much: the stride at which `esc50` classifies."""

OFFSET_SHARE = 0.5
"""sed_eval's default: an offset may be off by half the event, or by the collar if that is more."""

SEGMENT_SECONDS = 1.0
"""sed_eval's default."""

Row = dict[str, float | str]  # an event in the form of sed_eval


class EventMetrics(msgspec.Struct, frozen=True, kw_only=True):
    """Precision, recall and their harmonic mean, over all events together (micro average)."""

    precision: float
    recall: float
    f1: float


class FalseAlarms(msgspec.Struct, frozen=True, kw_only=True):
    """False alarms: events of security labels in negative recordings.

    Attributes:
        hours: Total length of the recordings.
        started_per_hour: Events that were started.
        confirmed_per_hour: Those of them that were not retracted.
        by_label: Started events of each security label, per hour.
    """

    hours: float
    started_per_hour: float = msgspec.field(name="told_per_hour")
    confirmed_per_hour: float = msgspec.field(name="held_per_hour")
    by_label: dict[str, float]


def event_based(
    ground_truth: Sequence[Event],
    detected: ByRecording,
    labels: Sequence[str],
    *,
    with_offsets: bool = True,
) -> EventMetrics:
    """Returns precision, recall and F1 of events: label, onset within the collar, offset.

    Args:
        ground_truth: The sounds.
        detected: The events of each recording; retracted ones do not count.
        labels: The labels that are scored.
        with_offsets: Whether offsets must match, too.
    """
    metric = sed_eval.sound_event.EventBasedMetrics(
        event_label_list=list(labels),
        t_collar=COLLAR_SECONDS,
        percentage_of_length=OFFSET_SHARE,
        evaluate_offset=with_offsets,
    )
    # Label by label: labels never match each other, and sed_eval compares each pair of a list.
    for name, events in detected.items():
        sounds = [event for event in ground_truth if event.recording == name]
        for label in labels:
            reference = _reference_rows(sounds, name, [label])
            estimated = _estimated_rows(events, [label])
            if reference or estimated:
                metric.evaluate(reference, estimated)
    return _overall(metric.results_overall_metrics())


def segment_based(
    ground_truth: Sequence[Event],
    detected: ByRecording,
    labels: Sequence[str],
    recordings: Iterable[Recording],
) -> EventMetrics:
    """Returns precision, recall and F1 of segments of one second: the labels active in each.

    Args:
        ground_truth: The sounds.
        detected: The events of each recording; retracted ones do not count.
        labels: The labels that are scored.
        recordings: For their lengths.
    """
    metric = sed_eval.sound_event.SegmentBasedMetrics(
        event_label_list=list(labels), time_resolution=SEGMENT_SECONDS
    )
    for recording in recordings:
        metric.evaluate(
            _reference_rows(ground_truth, recording.name, labels),
            _estimated_rows(detected[recording.name], labels),
            evaluated_length_seconds=recording.seconds,
        )
    return _overall(metric.results_overall_metrics())


def false_alarms(
    detected: ByRecording, negatives: Sequence[Recording], security_labels: Sequence[str]
) -> FalseAlarms:
    """Returns the false alarms of the security labels in recordings without such sounds."""
    hours = sum(recording.seconds for recording in negatives) / 3600
    alarms = [
        event
        for recording in negatives
        for event in detected[recording.name]
        if event.label in security_labels
    ]
    return FalseAlarms(
        hours=hours,
        started_per_hour=len(alarms) / hours if hours else 0.0,
        confirmed_per_hour=sum(event.is_confirmed for event in alarms) / hours if hours else 0.0,
        by_label={
            label: sum(event.label == label for event in alarms) / hours if hours else 0.0
            for label in security_labels
        },
    )


def is_in_ground_truth(event: DetectedEvent, ground_truth: Sequence[Event], recording: str) -> bool:
    """Returns whether a sound of its label in the named recording overlaps a detected event."""
    return any(sound.recording == recording and event.matches(sound) for sound in ground_truth)


def _reference_rows(
    ground_truth: Sequence[Event], recording: str, labels: Sequence[str]
) -> list[Row]:
    return [
        _row(event)
        for event in ground_truth
        if event.recording == recording and event.label in labels
    ]


def _estimated_rows(detected: Sequence[DetectedEvent], labels: Sequence[str]) -> list[Row]:
    return [_row(event) for event in detected if event.is_confirmed and event.label in labels]


def _row(event: Event | DetectedEvent) -> Row:
    return {
        "onset": event.onset_seconds,
        "offset": event.offset_seconds,
        "event_label": event.label,
    }


def _overall(results: dict[str, dict[str, float]]) -> EventMetrics:
    measured = results["f_measure"]
    precision, recall, f1 = (
        float(np.nan_to_num(measured[name])) for name in ("precision", "recall", "f_measure")
    )
    return EventMetrics(precision=precision, recall=recall, f1=f1)
