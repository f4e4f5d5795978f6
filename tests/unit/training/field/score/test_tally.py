"""Counts are kept by label and kind, and hours are those in which a label must not sound."""

from collections.abc import Sequence
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from soundpost_training.field.recordings.recording import FieldRecording
from soundpost_training.field.recordings.sound import Sound
from soundpost_training.field.score.tally import Tally
from soundpost_training.soundscape.detect.events import DetectedEvent

LABELS = ("dog", "siren", "rain")


def recording(
    kind: str = "",
    sounds: Sequence[Sound] = (),
    checked: Sequence[str] = (),
    may_sound: Sequence[str] = (),
) -> FieldRecording:
    """Returns a recording; negatives are checked for all labels."""
    labels = frozenset({"*"} if kind else {*checked, *(sound.label for sound in sounds)})
    return FieldRecording(Path("a"), "a", kind, tuple(sounds), labels, frozenset(may_sound))


def events(*labels: str, at: float = 50.0) -> list[DetectedEvent]:
    """Returns an event of each label."""
    return [DetectedEvent(label, at, at + 1.0, at + 0.5) for label in labels]


def test_an_annotated_recording_counts_sounds_and_events_beside_them() -> None:
    """An event of a label that was not checked is neither right nor false."""
    tally = Tally(LABELS)
    tally.add(recording(sounds=[Sound(10, 12, "dog")]), 60.0, events("dog", "siren"))
    tally.add(recording(sounds=[Sound(50, 52, "dog")]), 60.0, events("dog"))
    assert (tally.sounds["dog"], tally.found["dog"], tally.delays["dog"]) == (2, 1, [0.5])
    assert tally.false_beside == {"dog": 1}
    assert not any(tally.false_events.values())
    assert tally.annotated_seconds == 120.0


def test_negatives_count_every_event_but_those_that_may_sound() -> None:
    """And the hours of a label leave out the recordings in which it may sound."""
    tally = Tally(LABELS)
    tally.add(recording("kitchen", may_sound=["rain"]), 1800.0, events("dog", "rain", "siren"))
    tally.add(recording("night"), 3600.0, events("rain", "other"))
    assert {item: n for item, n in tally.false_events.items() if n} == {
        ("dog", "kitchen"): 1,
        ("siren", "kitchen"): 1,
        ("rain", "night"): 1,
    }
    assert tally.kinds == ["kitchen", "night"]
    assert [tally.kind_hours(kind) for kind in tally.kinds] == [0.5, 1.0]
    assert (tally.negative_hours, tally.checked_hours("dog"), tally.checked_hours("rain")) == (
        1.5,
        1.5,
        1.0,
    )
    assert tally.false_count("rain") == 1


def test_an_annotated_sound_in_negatives_is_no_false_event() -> None:
    """Night recordings with one bark in them are negatives all the same."""
    tally = Tally(LABELS)
    night = recording("night", sounds=[Sound(49, 52, "dog")])
    tally.add(night, 3600.0, [*events("dog"), *events("dog", at=80.0)])
    assert (tally.found["dog"], tally.false_count("dog")) == (1, 1)


@given(st.lists(st.sampled_from(LABELS), max_size=8), st.sampled_from(["", "night"]))
def test_every_event_of_a_checked_label_is_counted_once(labels: list[str], kind: str) -> None:
    """As found, or as false; the order of recordings does not matter."""
    detections = [
        DetectedEvent(label, 10.0 * at, 10.0 * at + 1.0, 10.0 * at + 0.5)
        for at, label in enumerate(labels, 1)
    ]
    sounds = [Sound(10.0, 11.0, "dog"), Sound(40.0, 41.0, "rain")]
    tally = Tally(LABELS)
    tally.add(recording(kind, sounds, checked=LABELS), 100.0, detections)
    matched = sum(tally.found.values())
    false = sum(tally.false_events.values()) + sum(tally.false_beside.values())
    assert matched + false == len(labels)
