"""Detected events: by the daemon's tracker, and by a plain threshold as the baseline."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from soundpost.decide import Mutes, Rule, Tracker
from soundpost.events import Detection, State
from soundpost.health import Health
from soundpost_training.soundscape.compose.ground_truth import Event
from soundpost_training.soundscape.detect.inference import RecordingScores


@dataclass(frozen=True, slots=True)
class DetectedEvent:
    """An event that was detected in a recording.

    Attributes:
        label: Its label.
        onset_seconds: Its onset, as detected.
        offset_seconds: Its offset, as detected.
        detected_seconds: End of the first window with which it was detected.
        is_confirmed: False for an event that was retracted.
    """

    label: str
    onset_seconds: float
    offset_seconds: float
    detected_seconds: float
    is_confirmed: bool = True

    def matches(self, event: Event) -> bool:
        """Returns whether a sound has the same label and overlaps in time."""
        return (
            event.label == self.label
            and event.onset_seconds < self.offset_seconds
            and self.onset_seconds < event.offset_seconds
        )


ByRecording = Mapping[str, Sequence[DetectedEvent]]
"""Detected events, by the file name of the recording."""


def track_events(recording: RecordingScores, rules: Sequence[Rule]) -> list[DetectedEvent]:
    """Returns the events that the daemon would detect: its tracker, fed with the scores.

    Args:
        recording: A recording; the rules' indices are columns of its scores.
        rules: Thresholds, smoothing and durations of each label.
    """
    tracker = Tracker(rules, recording.spec, Mutes(rule.label for rule in rules), Health())
    detections: list[Detection] = []
    for scores in recording.scores():
        detections += tracker.update(scores)
    detections += tracker.flush()
    return merge_states(detections, recording.spec.sample_rate_hz)


def merge_states(detections: Iterable[Detection], rate_hz: int) -> list[DetectedEvent]:
    """Merges the states of each event into one, in the order in which the events ended."""
    started_samples: dict[int, int] = {}
    events = []
    for detection in detections:
        if detection.state is State.STARTED:
            started_samples[detection.event] = detection.decided_sample
        if detection.offset_sample is not None:
            events.append(
                DetectedEvent(
                    label=detection.label,
                    onset_seconds=detection.onset_sample / rate_hz,
                    offset_seconds=detection.offset_sample / rate_hz,
                    detected_seconds=started_samples.pop(detection.event) / rate_hz,
                    is_confirmed=detection.state is State.ENDED,
                )
            )
    return events


def threshold_only(recording: RecordingScores, rules: Sequence[Rule]) -> list[DetectedEvent]:
    """Returns runs of windows over the threshold: no smoothing, hysteresis or onset search.

    Each window stands for the stride in its middle. That favours this baseline over taking the
    whole window: the event is off by half a stride at most, if a score is high when most of the
    window sounds. Adjacent windows over the threshold are one event.

    Args:
        recording: A recording; the rules' indices are columns of its scores.
        rules: Only their on-thresholds are used.
    """
    rate_hz = recording.spec.sample_rate_hz
    stride_seconds = recording.stride_seconds
    events = []
    for rule in rules:
        reached = recording.values[:, rule.index] >= np.float32(rule.on_threshold)
        padded = np.concatenate(([False], reached, [False]))
        for first, end in np.flatnonzero(padded[1:] != padded[:-1]).reshape(-1, 2).tolist():
            events.append(
                DetectedEvent(
                    label=rule.label,
                    onset_seconds=recording.first_stride_seconds + first * stride_seconds,
                    offset_seconds=recording.first_stride_seconds + end * stride_seconds,
                    detected_seconds=float(recording.end_samples[first]) / rate_hz,
                )
            )
    return events
