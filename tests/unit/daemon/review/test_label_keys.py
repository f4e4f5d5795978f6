"""The labels of the keys 1 to 9, and completion."""

from pathlib import Path

from review_events import event_id, review_event

from soundpost.review import Decision, ReviewedEvent, Verdict
from soundpost.review.event import Origin, OriginKind
from soundpost.review.label_keys import LabelSuggestions

ORIGIN = Origin(1, OriginKind.ARCHIVE, Path("/results"), Path("/card"))


def reviewed(label: str, corrected: str | None = None) -> ReviewedEvent:
    """Returns an event of a label, relabelled if need be."""
    decision = corrected and Decision(event_id(0), Verdict.RELABELLED, corrected)
    return ReviewedEvent(review_event(0, label), ORIGIN, decision or None)


def test_former_corrections_of_the_label_come_first_and_then_frequent_labels() -> None:
    """Never the label itself."""
    events = [reviewed("dog", "fox"), reviewed("dog", "wolf"), reviewed("dog", "fox")]
    events += [reviewed("owl")] * 5 + [reviewed("cat")] * 4
    labels = LabelSuggestions.of_events(events)
    assert labels.keys_of("dog") == ["fox", "wolf", "owl", "cat"]
    assert labels.keys_of("owl") == ["cat", "dog", "fox", "wolf"]
    assert labels.keys_of("unheard") == ["owl", "cat", "dog", "fox", "wolf"]


def test_there_are_nine_keys_at_most_and_a_typed_label_gets_the_last_one() -> None:
    """The others stay where they are."""
    labels = LabelSuggestions.of_events([reviewed(f"label {number:02}") for number in range(20)])
    before = list(labels.keys_of("dog"))
    assert len(before) == 9
    labels.add_typed("dog", "fox")
    assert labels.keys_of("dog") == [*before[:8], "fox"]
    labels.add_typed("dog", "dog")
    labels.add_typed("dog", "fox")
    assert labels.keys_of("dog") == [*before[:8], "fox"]
    assert "fox" not in labels.keys_of("owl")


def test_labels_are_found_by_their_beginning_and_then_by_any_part() -> None:
    """In any case of letters; those of a bundle, too, which have no key."""
    labels = LabelSuggestions.of_events(
        [reviewed("dog"), reviewed("Bird dog")], ["dogfish", "siren"]
    )
    assert labels.matches("DOG") == ["dog", "dogfish", "Bird dog"]
    assert labels.matches("x") == []
    assert labels.matches("") == ["Bird dog", "dog", "dogfish", "siren"]
    assert labels.keys_of("siren") == ["Bird dog", "dog"]
