"""Latency of detections."""

import math
from collections.abc import Callable

import pytest

from soundpost_training.soundscape.compose.ground_truth import Event
from soundpost_training.soundscape.detect.events import DetectedEvent
from soundpost_training.soundscape.score.latency import LATE_SECONDS, latency

Detect = Callable[..., DetectedEvent]
NAME = "one.flac"


def test_latency_is_the_time_from_the_true_onset_to_the_first_detection(
    ground_truth: list[Event], detect: Detect
) -> None:
    """A detection before the onset, of another label or too late does not count."""
    detected = {
        NAME: [
            detect("siren", 9.0, 9.5, at=9.9),
            detect("dog", 10.0, 11.0, at=10.5),
            detect("siren", 10.0, 20.0, at=12.0, is_confirmed=False),
            detect("siren", 10.0, 20.0, at=13.0),
            detect("dog", 30.0, 31.0, at=33.5),
        ]
    }
    measured = latency(ground_truth, detected, ["siren", "dog"])
    assert (measured.sounds, measured.detected) == (3, 1)
    assert measured.median_seconds == measured.p95_seconds == 2.0
    assert measured.detected_share == pytest.approx(1 / 3)


@pytest.mark.parametrize(("late", "detected"), [(LATE_SECONDS, 1), (LATE_SECONDS + 0.1, 0)])
def test_a_detection_counts_until_two_seconds_after_the_offset(
    late: float, detected: int, ground_truth: list[Event], detect: Detect
) -> None:
    """A later one belongs to another sound."""
    events = {NAME: [detect("siren", 19.0, 21.0, at=20.0 + late)]}
    assert latency(ground_truth, events, ["siren"]).detected == detected


def test_latency_without_detections_is_zero(ground_truth: list[Event]) -> None:
    """It is never NaN, with and without sounds."""
    for labels in (["siren"], ["cat"]):
        measured = latency(ground_truth, {NAME: []}, labels)
        assert measured.detected == measured.detected_share == measured.median_seconds == 0
        assert math.isfinite(measured.p95_seconds)
