"""Events by the daemon's tracker and by a plain threshold."""

import numpy as np
import pytest

from soundpost.decide import Rule
from soundpost_training.soundscape.compose.ground_truth import Event
from soundpost_training.soundscape.detect.events import (
    DetectedEvent,
    threshold_only,
    track_events,
)
from soundpost_training.soundscape.detect.inference import RecordingScores

RATE_HZ = 16_000


def test_an_event_is_detected_within_its_windows(
    scores: RecordingScores, rules: list[Rule]
) -> None:
    """After its onset, and no later than the end of the last window."""
    end_seconds = float(scores.end_samples[-1]) / RATE_HZ
    for event in track_events(scores, rules):
        assert event.onset_seconds < event.detected_seconds <= end_seconds
        assert event.onset_seconds < event.offset_seconds <= end_seconds + 0.01


def test_threshold_only_gives_runs_of_windows(scores: RecordingScores, rules: list[Rule]) -> None:
    """Each run of windows over the threshold is one event, and each window is in one."""
    events = threshold_only(scores, rules)
    for rule in rules:
        windows = int((scores.values[:, rule.index] >= np.float32(rule.on_threshold)).sum())
        duration = sum(
            event.offset_seconds - event.onset_seconds
            for event in events
            if event.label == rule.label
        )
        assert duration == pytest.approx(windows * scores.stride_frames * 0.01)


@pytest.mark.parametrize(
    ("label", "onset", "offset", "expected"),
    [("dog", 1.9, 3.0, True), ("dog", 2.0, 3.0, False), ("cat", 1.0, 2.0, False)],
)
def test_an_event_matches_an_overlapping_sound_of_its_label(
    label: str, onset: float, offset: float, *, expected: bool
) -> None:
    """Neither a sound that only touches it nor one of another label matches."""
    event = DetectedEvent("dog", 1.0, 2.0, 1.5)
    assert event.matches(Event("a.flac", label, onset, offset)) == expected
