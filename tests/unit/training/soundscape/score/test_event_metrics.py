"""Figures of what was told, on cases that can be counted by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost_training.soundscape.compose.ground_truth import Event
from soundpost_training.soundscape.compose.recipe import Recording
from soundpost_training.soundscape.detect.events import DetectedEvent
from soundpost_training.soundscape.score.latency import latency

figures = pytest.importorskip("soundpost_training.soundscape.score.event_metrics")

LABELS = ["dog", "siren"]
NAME = "one.flac"
RECORDING = Recording(name=NAME, seconds=60.0, is_negative=False)
NEGATIVE = Recording(name=NAME, seconds=1800.0, is_negative=True)


def there(label: str, onset: float, offset: float) -> Event:
    """A sound that is there."""
    return Event(NAME, label, onset, offset)


def told(
    label: str, onset: float, offset: float, at: float = 0.0, *, holds: bool = True
) -> DetectedEvent:
    """An event that was told."""
    return DetectedEvent(label, onset, offset, at or onset, holds)


TRUTH = [there("dog", 1.0, 2.0), there("siren", 10.0, 20.0), there("dog", 30.0, 31.0)]


def test_an_event_needs_its_label_its_onset_and_its_offset() -> None:
    """One right, one with a late onset, one of another label, one that was taken back."""
    answers = {
        NAME: [
            told("dog", 1.4, 2.4),
            told("siren", 10.6, 20.0),
            told("siren", 30.0, 31.0),
            told("dog", 30.0, 31.0, holds=False),
        ]
    }
    measured = figures.event_based(TRUTH, answers, LABELS)
    assert (measured.precision, measured.recall) == (pytest.approx(1 / 3), pytest.approx(1 / 3))
    assert measured.f1 == pytest.approx(1 / 3)


def test_an_offset_may_be_off_by_half_the_event_or_not_be_asked_for() -> None:
    """Five of ten seconds are within the collar, six are not, and for onsets alone no matter."""
    for offset, expected in ((15.1, 1.0), (14.0, 0.0)):
        answers = {NAME: [told("siren", 10.0, offset)]}
        assert figures.event_based(TRUTH[1:2], answers, LABELS).f1 == expected
        assert figures.event_based(TRUTH[1:2], answers, LABELS, offsets=False).f1 == 1.0


def test_seconds_are_counted_as_segments() -> None:
    """Half of ten seconds told, and nothing else: recall a half, precision one."""
    answers = {NAME: [told("siren", 10.0, 15.0)]}
    measured = figures.segment_based(TRUTH[1:2], answers, LABELS, [RECORDING])
    assert (measured.precision, measured.recall) == (1.0, 0.5)


def test_nothing_told_of_something_is_no_error() -> None:
    """Figures of silence are zero, not NaN."""
    for truth, answers in ((TRUTH, []), ([], [told("dog", 1.0, 2.0)]), ([], [])):
        measured = figures.event_based(truth, {NAME: answers}, LABELS)
        assert (measured.precision, measured.recall, measured.f1) == (0.0, 0.0, 0.0)
        assert figures.segment_based(truth, {NAME: answers}, LABELS, [RECORDING]).f1 == 0.0


def test_false_alarms_are_of_security_labels_by_the_hour() -> None:
    """Half an hour with two alarms, one of which was taken back, and a dog."""
    answers = {NAME: [told("siren", 1, 2), told("siren", 9, 10, holds=False), told("dog", 20, 21)]}
    measured = figures.alarms(answers, [NEGATIVE], ["siren"])
    assert (measured.told_per_hour, measured.held_per_hour) == (4.0, 2.0)
    assert measured.by_label == {"siren": 4.0}
    assert figures.alarms({}, [], ["siren"]).told_per_hour == 0.0


def test_latency_runs_from_the_true_onset_to_what_is_told_first() -> None:
    """Neither what was told before, nor of another label, nor too late counts."""
    answers = {
        NAME: [
            told("siren", 9.0, 9.5, at=9.9),
            told("dog", 10.0, 11.0, at=10.5),
            told("siren", 10.0, 20.0, at=12.0, holds=False),
            told("siren", 10.0, 20.0, at=13.0),
            told("dog", 30.0, 31.0, at=33.5),
        ]
    }
    measured = latency(TRUTH, answers, ["siren", "dog"])
    assert (measured.events, measured.told) == (3, 1)
    assert measured.median_seconds == measured.p95_seconds == 2.0
    nothing = latency(TRUTH, {NAME: []}, ["siren"])
    assert nothing.told == 0
    assert nothing.median_seconds == 0.0
    assert math.isfinite(nothing.p95_seconds)


@given(shift=st.floats(-0.49, 0.49), others=st.integers(0, 3))
def test_what_is_told_within_the_collar_is_recalled(shift: float, others: int) -> None:
    """Whatever else is told, recall is whole; precision is the share of what is right."""
    wrong = [told("dog", 40.0 + 2 * count, 41.0 + 2 * count) for count in range(others)]
    answers = {NAME: [told("siren", 10.0 + shift, 20.0), *wrong]}
    measured = figures.event_based(TRUTH[1:2], answers, LABELS)
    assert measured.recall == 1.0
    assert measured.precision == pytest.approx(1 / (1 + others))
