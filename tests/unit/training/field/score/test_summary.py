"""Figures are computed from counts, with their intervals."""

from pathlib import Path

import pytest

from soundpost.decide import Rule
from soundpost_training.field.recordings.recording import FieldRecording
from soundpost_training.field.recordings.sound import Sound
from soundpost_training.field.score.summary import Method, curve, summarize
from soundpost_training.field.score.tally import Tally
from soundpost_training.soundscape.detect.events import DetectedEvent

RULES = [
    Rule(0, "dog", 0.5, 0.1, 2, 0, 0),
    Rule(1, "siren", 0.7, 0.1, 1, 0, 0),
    Rule(2, "horn", 0.6, 0.1, 1, 0, 0),
]
METHOD = Method("ours", "shipped", RULES, {"siren": "security", "horn": "security"})


def event(label: str, at: float, delay: float = 0.5) -> DetectedEvent:
    """Returns an event of a second."""
    return DetectedEvent(label, at, at + 1.0, at + delay)


@pytest.fixture
def tally() -> Tally:
    """Provides the counts of one annotated recording and of two hours of negatives."""
    tally = Tally(["dog", "siren", "horn"])
    sounds = (Sound(10, 12, "dog"), Sound(30, 32, "dog"), Sound(50, 52, "siren"))
    labels = frozenset({"dog", "siren"})
    yard = FieldRecording(Path("y"), "y", "", sounds, labels, frozenset())
    tally.add(yard, 60.0, [event("dog", 10.0, 2.0), event("siren", 50.0, 1.0)])
    negative = FieldRecording(Path("k"), "k", "kitchen", (), frozenset("*"), frozenset({"dog"}))
    tally.add(negative, 7200.0, [event("siren", 5.0), event("horn", 9.0), event("horn", 90.0)])
    return tally


def test_recall_delay_and_rate_are_those_of_the_label(tally: Tally) -> None:
    """A label that may sound in all negatives has no rate, and the widest interval."""
    dog, siren, horn = summarize(tally, METHOD).labels
    assert (dog.recall.count, dog.recall.total, dog.recall.value) == (1, 2, 0.5)
    assert dog.recall.low == pytest.approx(0.0945, abs=1e-3)
    assert (dog.delay.median_seconds, dog.delay.in_time.value) == (2.0, 0.0)
    assert (dog.false_events.hours, dog.false_events.high) == (0.0, None)
    assert (siren.group, siren.threshold, siren.recall.value) == ("security", 0.7, 1.0)
    assert (siren.false_events.per_hour, siren.false_by_kind) == (0.5, {"kitchen": 1})
    assert (horn.recall.total, horn.false_events.per_hour) == (0, 1.0)


def test_faint_sounds_have_a_recall_of_their_own_and_no_delay(tally: Tally) -> None:
    """The onset of a sound behind others is where its annotation begins, not where it begins."""
    faint = Sound(20, 40, "siren", is_background=True)
    street = FieldRecording(Path("s"), "s", "", (faint,), frozenset({"siren"}), frozenset())
    tally.add(street, 60.0, [])
    found = Sound(20, 40, "dog", is_background=True)
    park = FieldRecording(Path("p"), "p", "", (found,), frozenset({"dog"}), frozenset())
    tally.add(park, 60.0, [event("dog", 30.0, 9.0)])
    figures = summarize(tally, METHOD)
    dog, siren, _ = figures.labels
    assert (siren.recall.value, siren.foreground_recall.value) == (0.5, 1.0)
    assert (dog.recall.count, dog.foreground_recall.count) == (2, 1)
    assert (dog.delay.detected, dog.delay.p95_seconds) == (1, 2.0)
    assert figures.recall == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert figures.foreground_recall == 0.75


def test_kinds_groups_and_all_labels_are_summed(tally: Tally) -> None:
    """The mean recall is that of the annotated labels; instant labels need one window."""
    figures = summarize(tally, METHOD)
    (kitchen,), (security,) = figures.kinds, figures.groups
    assert (kitchen.false_events.count, kitchen.by_group) == (3, {"security": 3})
    assert list(kitchen.by_label.items()) == [("horn", 2), ("siren", 1)]
    assert (security.labels, security.false_events.per_hour) == (["siren", "horn"], 1.5)
    assert (figures.recall, figures.false_events.count) == (0.75, 3)
    assert (figures.delay.detected, figures.instant_delay.detected) == (2, 1)
    assert figures.instant_delay.in_time.value == 1.0


def test_a_curve_ascends_with_the_threshold(tally: Tally) -> None:
    """A point for each threshold."""
    points = curve({0.9: Tally(["siren"]), 0.3: tally}, "siren")
    assert [point.threshold for point in points] == [0.3, 0.9]
    assert [point.false_events.count for point in points] == [1, 0]
