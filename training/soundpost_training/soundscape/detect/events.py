"""Who decides: the daemon's tracker, and the plain way to hold it against."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from soundpost.decide import Mutes, Rule, Tracker
from soundpost.events import Detection, State
from soundpost.health import Health
from soundpost_training.soundscape.detect.inference import RecordingScores


@dataclass(frozen=True, slots=True)
class DetectedEvent:
    """An event that was told of a recording.

    Attributes:
        label: What it is said to be.
        onset_seconds: When it is said to have begun.
        offset_seconds: When it is said to have ended.
        told_seconds: End of the window with which it was told first.
        holds: Whether it was not taken back.
    """

    label: str
    onset_seconds: float
    offset_seconds: float
    told_seconds: float
    holds: bool = True


def track(heard: RecordingScores, rules: Sequence[Rule]) -> list[DetectedEvent]:
    """What the daemon would tell: its tracker, fed with the scores.

    Args:
        heard: A recording; the rules' indices are columns of its scores.
        rules: What it takes to be an event.
    """
    tracker = Tracker(rules, heard.spec, Mutes(rule.label for rule in rules), Health())
    detections: list[Detection] = []
    for scores in heard.scores():
        detections += tracker.update(scores)
    detections += tracker.flush()
    return joined(detections, heard.spec.sample_rate_hz)


def joined(detections: Iterable[Detection], rate_hz: int) -> list[DetectedEvent]:
    """The events that states of events speak of, in the order in which they ended."""
    told_samples: dict[int, int] = {}
    events = []
    for detection in detections:
        if detection.state is State.STARTED:
            told_samples[detection.event] = detection.decided_sample
        if detection.offset_sample is not None:
            events.append(
                DetectedEvent(
                    label=detection.label,
                    onset_seconds=detection.onset_sample / rate_hz,
                    offset_seconds=detection.offset_sample / rate_hz,
                    told_seconds=told_samples.pop(detection.event) / rate_hz,
                    holds=detection.state is State.ENDED,
                )
            )
    return events


def threshold_only(heard: RecordingScores, rules: Sequence[Rule]) -> list[DetectedEvent]:
    """Windows over a threshold, and nothing else: no smoothing, no hysteresis, no onset.

    Each window stands for the stride in its middle, which is kinder than its whole length: such
    an event is off by half a stride at most if a score is high when most of the window sounds.
    Neighbours over the threshold are one event.

    Args:
        heard: A recording; the rules' indices are columns of its scores.
        rules: Of which only the on-thresholds are taken.
    """
    rate_hz = heard.spec.sample_rate_hz
    stride_seconds = heard.stride_frames * heard.spec.hop_samples / rate_hz
    window_seconds = heard.spec.sample_count(heard.window_frames) / rate_hz
    first_seconds = (window_seconds - stride_seconds) / 2
    told = []
    for rule in rules:
        reached = heard.values[:, rule.index] >= np.float32(rule.on_threshold)
        over = np.concatenate(([False], reached, [False]))
        for first, end in np.flatnonzero(over[1:] != over[:-1]).reshape(-1, 2).tolist():
            told.append(
                DetectedEvent(
                    label=rule.label,
                    onset_seconds=first_seconds + first * stride_seconds,
                    offset_seconds=first_seconds + end * stride_seconds,
                    told_seconds=float(heard.end_samples[first]) / rate_hz,
                )
            )
    return told
