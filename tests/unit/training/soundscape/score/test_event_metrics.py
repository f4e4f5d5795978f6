"""Event metrics and false alarms, on cases that can be counted by hand."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost_training.soundscape.compose.ground_truth import Event
from soundpost_training.soundscape.compose.recipe import Recording
from soundpost_training.soundscape.detect.events import DetectedEvent
from soundpost_training.soundscape.score.event_metrics import (
    event_based,
    false_alarms,
    is_in_ground_truth,
    segment_based,
)

Detect = Callable[..., DetectedEvent]
LABELS = ["dog", "siren"]
NAME = "one.flac"
RECORDING = Recording(name=NAME, seconds=60.0, is_negative=False)
NEGATIVE = Recording(name=NAME, seconds=1800.0, is_negative=True)


def test_an_event_needs_its_label_its_onset_and_its_offset(
    ground_truth: list[Event], detect: Detect
) -> None:
    """One correct, one with a late onset, one of another label, one that was retracted."""
    detected = {
        NAME: [
            detect("dog", 1.4, 2.4),
            detect("siren", 10.6, 20.0),
            detect("siren", 30.0, 31.0),
            detect("dog", 30.0, 31.0, is_confirmed=False),
        ]
    }
    measured = event_based(ground_truth, detected, LABELS)
    for metric in (measured.precision, measured.recall, measured.f1):
        assert metric == pytest.approx(1 / 3)


def test_an_offset_may_be_off_by_half_the_event(ground_truth: list[Event], detect: Detect) -> None:
    """Five of ten seconds are within the collar, six are not; onset metrics ignore both."""
    for offset, expected in ((15.1, 1.0), (14.0, 0.0)):
        detected = {NAME: [detect("siren", 10.0, offset)]}
        siren = ground_truth[1:2]
        assert event_based(siren, detected, LABELS).f1 == expected
        assert event_based(siren, detected, LABELS, with_offsets=False).f1 == 1.0


def test_segments_are_seconds(ground_truth: list[Event], detect: Detect) -> None:
    """Half of ten seconds detected, and nothing else: recall one half, precision one."""
    detected = {NAME: [detect("siren", 10.0, 15.0)]}
    measured = segment_based(ground_truth[1:2], detected, LABELS, [RECORDING])
    assert (measured.precision, measured.recall) == (1.0, 0.5)


def test_metrics_without_sounds_or_events_are_zero(
    ground_truth: list[Event], detect: Detect
) -> None:
    """They are never NaN."""
    for sounds, events in ((ground_truth, []), ([], [detect("dog", 1.0, 2.0)]), ([], [])):
        measured = event_based(sounds, {NAME: events}, LABELS)
        assert (measured.precision, measured.recall, measured.f1) == (0.0, 0.0, 0.0)
        assert segment_based(sounds, {NAME: events}, LABELS, [RECORDING]).f1 == 0.0


def test_false_alarms_are_counted_per_hour_of_security_labels(detect: Detect) -> None:
    """Half an hour with two alarms, one of which was retracted, and a dog."""
    events = [
        detect("siren", 1, 2),
        detect("siren", 9, 10, is_confirmed=False),
        detect("dog", 20, 21),
    ]
    alarms = false_alarms({NAME: events}, [NEGATIVE], ["siren"])
    assert (alarms.started_per_hour, alarms.confirmed_per_hour) == (4.0, 2.0)
    assert alarms.by_label == {"siren": 4.0}
    assert false_alarms({}, [], ["siren"]).started_per_hour == 0.0


def test_an_event_is_in_the_ground_truth_of_its_own_recording_only(
    ground_truth: list[Event], detect: Detect
) -> None:
    """A sound at the same time in another recording does not count."""
    event = detect("dog", 1.5, 2.5)
    assert is_in_ground_truth(event, ground_truth, NAME)
    assert not is_in_ground_truth(event, ground_truth, "two.flac")


@given(shift=st.floats(-0.49, 0.49), others=st.integers(0, 3))
def test_an_event_within_the_collar_is_recalled(shift: float, others: int) -> None:
    """With any number of false events recall is 1; precision is the share of correct ones."""
    siren = [Event(NAME, "siren", 10.0, 20.0)]
    false = [
        DetectedEvent("dog", 40.0 + 2 * count, 41.0 + 2 * count, 41.0) for count in range(others)
    ]
    detected = {NAME: [DetectedEvent("siren", 10.0 + shift, 20.0, 12.0), *false]}
    measured = event_based(siren, detected, LABELS)
    assert measured.recall == 1.0
    assert measured.precision == pytest.approx(1 / (1 + others))
