"""How well events are told: sed_eval's figures, false alarms, and how long it takes.

A. Mesaros, T. Heittola, T. Virtanen, "Metrics for Polyphonic Sound Event Detection", Applied
Sciences 6(6), 2016.
"""

import warnings
from collections.abc import Iterable, Mapping, Sequence

import msgspec
import numpy as np

from soundpost_training.errors import ExperimentError
from soundpost_training.soundscape.compose.ground_truth import Event
from soundpost_training.soundscape.compose.recipe import Recording
from soundpost_training.soundscape.detect.events import DetectedEvent

try:
    with warnings.catch_warnings():  # its dcase_util asks pkg_resources for a version, which warns
        warnings.simplefilter("ignore")
        import sed_eval
except ImportError as error:
    raise ExperimentError(
        f"soundscapes are judged by sed_eval, which cannot be imported: {error}",
        hint="pip install 'soundpost[soundscape]'",
    ) from error

COLLAR_SECONDS = 0.5
OFFSET_SHARE = 0.5
"""sed_eval's default: an offset may be off by half the event, or by the collar if that is more."""

SEGMENT_SECONDS = 1.0
Row = dict[str, float | str]  # as sed_eval takes an event
ByRecording = Mapping[str, Sequence[DetectedEvent]]


class EventMetrics(msgspec.Struct, frozen=True, kw_only=True):
    """Precision, recall and their harmonic mean, over all events together (micro average)."""

    precision: float
    recall: float
    f1: float


class FalseAlarms(msgspec.Struct, frozen=True, kw_only=True):
    """What was told without cause in negative recordings.

    Attributes:
        hours: How long they are together.
        told_per_hour: Events of security labels that were started.
        held_per_hour: Those of them that were not taken back.
        by_label: Started events of each security label, per hour.
    """

    hours: float
    told_per_hour: float
    held_per_hour: float
    by_label: dict[str, float]


def event_based(
    truth: Sequence[Event], told: ByRecording, labels: Sequence[str], *, offsets: bool = True
) -> EventMetrics:
    """Precision, recall and F1 of events: right label, onset within the collar, and offset.

    Args:
        truth: What is there.
        told: What is told of each recording; what was taken back does not count.
        labels: Those that are judged.
        offsets: Whether offsets are judged, too.
    """
    metric = sed_eval.sound_event.EventBasedMetrics(
        event_label_list=list(labels),
        t_collar=COLLAR_SECONDS,
        percentage_of_length=OFFSET_SHARE,
        evaluate_offset=offsets,
    )
    # Label by label: labels never match each other, and sed_eval compares each pair of a list.
    for name, events in told.items():
        here = [event for event in truth if event.recording == name]
        for label in labels:
            there, claimed = _there(here, name, [label]), _claimed(events, [label])
            if there or claimed:
                metric.evaluate(there, claimed)
    return _shares(metric.results_overall_metrics())


def segment_based(
    truth: Sequence[Event],
    told: ByRecording,
    labels: Sequence[str],
    recordings: Iterable[Recording],
) -> EventMetrics:
    """Precision, recall and F1 of seconds: which labels sound in each.

    Args:
        truth: What is there.
        told: What is told of each recording.
        labels: Those that are judged.
        recordings: For their lengths.
    """
    metric = sed_eval.sound_event.SegmentBasedMetrics(
        event_label_list=list(labels), time_resolution=SEGMENT_SECONDS
    )
    for one in recordings:
        metric.evaluate(
            _there(truth, one.name, labels),
            _claimed(told[one.name], labels),
            evaluated_length_seconds=one.seconds,
        )
    return _shares(metric.results_overall_metrics())


def alarms(
    told: ByRecording, negatives: Sequence[Recording], security_labels: Sequence[str]
) -> FalseAlarms:
    """False alarms of the security labels, in recordings that hold none of them."""
    hours = sum(one.seconds for one in negatives) / 3600
    false = [
        event for one in negatives for event in told[one.name] if event.label in security_labels
    ]
    return FalseAlarms(
        hours=hours,
        told_per_hour=len(false) / hours if hours else 0.0,
        held_per_hour=sum(event.holds for event in false) / hours if hours else 0.0,
        by_label={
            label: sum(event.label == label for event in false) / hours if hours else 0.0
            for label in security_labels
        },
    )


def is_there(event: DetectedEvent, truth: Sequence[Event], name: str) -> bool:
    """Whether a sound of the label, in the recording of that name, overlaps with what was told."""
    return any(
        one.recording == name
        and one.label == event.label
        and one.onset_seconds < event.offset_seconds
        and event.onset_seconds < one.offset_seconds
        for one in truth
    )


def _there(truth: Sequence[Event], name: str, labels: Sequence[str]) -> list[Row]:
    return [_row(event) for event in truth if event.recording == name and event.label in labels]


def _claimed(told: Sequence[DetectedEvent], labels: Sequence[str]) -> list[Row]:
    return [_row(event) for event in told if event.holds and event.label in labels]


def _row(event: Event | DetectedEvent) -> Row:
    return {
        "onset": event.onset_seconds,
        "offset": event.offset_seconds,
        "event_label": event.label,
    }


def _shares(results: dict[str, dict[str, float]]) -> EventMetrics:
    measured = results["f_measure"]
    precision, recall, f1 = (
        float(np.nan_to_num(measured[name])) for name in ("precision", "recall", "f_measure")
    )
    return EventMetrics(precision=precision, recall=recall, f1=f1)
